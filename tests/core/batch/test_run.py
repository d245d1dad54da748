"""Batches by a thread of this process: what is painted, passed over, and painted again."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import stylecore
import stylecore.batch.run
from stylecore.batch.books import Summary
from stylecore.batch.events import Ended, Looked, Noted, Planned, Stepped
from stylecore.batch.folder import Folder
from stylecore.batch.local import ThreadCrew
from stylecore.batch.parcel import Wanting
from stylecore.batch.task import PictureTask
from stylecore.errors import StylecoreError
from stylecore.models.making.build import build_artefact
from stylecore.pictures.images import read_image

NAMES = ["cat-night.png", "cat-wave.png", "dog-night.png", "dog-wave.png"]


def names(jobs):
    return sorted(job.name for job in jobs)


def files_of(folder="out"):
    return sorted(path.name for path in Path(folder).iterdir())


def locks():
    """Names of the files by which pictures are held; how far others have come may lie beside."""
    return sorted(path.name for path in Path("out/.stylecore").glob("*.lock"))


def test_every_pair_is_painted_and_written_down(paint, jobs, lines, model, quick):
    summary = paint(jobs)
    assert names(summary.painted) == NAMES
    assert (summary.there, summary.failed) == ([], [])
    assert files_of() == ["batch.jsonl", *NAMES]
    result = stylecore.stylize("photos/dog.png", "styles/wave.png", model=model, settings=quick)
    assert np.array_equal(read_image("out/dog-wave.png"), result.image)
    found, count = lines()
    assert count == len(found) == 4
    line = found["dog-wave.png"]
    assert line["content"]["path"] == "photos/dog.png"
    assert [len(one["sha256"]) for one in (line["content"], *line["styles"], line)] == [64] * 3
    assert line["losses"] == result.report["final"]
    assert line["model"]["sha256"] == result.report["model"]["sha256"]
    assert line["settings"] == json.loads(json.dumps(quick.as_dict()))
    assert (line["status"], line["error"], line["start"]) == ("done", None, None)


def test_a_strength_is_found_for_every_pair_and_written_down(paint, jobs, lines, quick):
    strong = [replace(job, settings=replace(quick, strength=0.5)) for job in jobs[:2]]
    assert paint(strong).failed == []
    found, _ = lines()
    assert all(line["settings"]["strength"] == 0.5 for line in found.values())
    weights = [line["strength"]["changes"]["content_weight"] for line in found.values()]
    assert len(set(weights)) == len(strong) == 2
    assert paint(strong).painted == []


def test_the_same_again_paints_nothing(paint, jobs, lines):
    paint(jobs)
    crews = []
    summary = paint(jobs, lambda: crews.append(1))
    assert names(summary.there) == NAMES
    assert summary.painted == crews == []
    assert lines()[1] == 4


def test_what_is_missing_or_changed_is_painted_again(paint, jobs, place):
    paint(jobs)
    Path("out/cat-night.png").unlink()
    assert names(paint(jobs).painted) == ["cat-night.png"]
    Path("out/dog-wave.png").write_bytes(b"damaged")
    assert names(paint(jobs).painted) == ["dog-wave.png"]
    shutil.copy("photos/cat.png", "styles/wave.png")
    assert names(paint(jobs).painted) == ["cat-wave.png", "dog-wave.png"]
    changed = [replace(jobs[0], settings=replace(jobs[0].settings, seed=1)), *jobs[1:]]
    assert names(paint(changed).painted) == ["cat-night.png"]
    assert names(paint(changed, metadata="none").painted) == NAMES
    assert paint(changed, metadata="none").painted == []


def test_another_network_paints_all_again(paint, jobs, narrow_weights, tmp_path):
    paint(jobs)
    other = build_artefact(
        replace(narrow_weights, sha256="1" * 64), tmp_path / "other", pooling="average"
    )
    crew, folder = (lambda _: ThreadCrew()), Folder(Path("out"))
    summary = stylecore.batch.run.paint_all(jobs, folder, crew, lambda _: other)
    assert names(summary.painted) == NAMES


def test_a_picture_that_moved_is_the_same(paint, jobs):
    paint(jobs)
    Path("photos").rename("moved")
    moved = [replace(job, content=Path("moved", job.content.name)) for job in jobs]
    assert paint(moved).painted == []


def test_bad_pictures_are_passed_over_and_named(paint, jobs, lines):
    Path("photos/cat.png").write_bytes(b"no picture")
    Path("styles/wave.png").unlink()
    summary = paint(jobs)
    assert names(summary.painted) == ["dog-night.png"]
    reasons = {job.name: reason for job, reason in summary.failed}
    assert reasons["cat-night.png"].startswith("photos/cat.png is no picture")
    assert reasons["dog-wave.png"] == (
        "there is no file styles/wave.png; give the path of a picture"
    )
    assert len(reasons) == 3
    assert files_of() == ["batch.jsonl", "dog-night.png"]
    assert lines()[1] == 4
    line = Folder(Path("out")).manifest.of("cat-night.png")
    assert (line["status"], line["error"]) == ("failed", reasons["cat-night.png"])


def test_what_failed_is_tried_again(paint, jobs):
    data = Path("photos/cat.png").read_bytes()
    Path("photos/cat.png").unlink()
    assert len(paint(jobs).failed) == 2
    Path("photos/cat.png").write_bytes(data)
    assert names(paint(jobs).painted) == ["cat-night.png", "cat-wave.png"]


def test_a_picture_that_cannot_be_written_is_passed_over(paint, jobs):
    Path("out/cat-night.png").mkdir(parents=True)
    summary = paint(jobs)
    ((job, reason),) = summary.failed
    assert (job.name, len(summary.painted)) == ("cat-night.png", 3)
    assert reason.startswith("cannot write out/cat-night.png: it is a folder")


def test_a_mistake_in_one_picture_ends_none_of_the_others(paint, jobs, monkeypatch):
    perform = PictureTask.perform

    def wrong(self, *words):
        if self.number == 1:
            raise ZeroDivisionError("by\nnothing")
        return perform(self, *words)

    monkeypatch.setattr(PictureTask, "perform", wrong)
    summary = paint(jobs)
    assert [reason for _, reason in summary.failed] == ["ZeroDivisionError: by nothing"]
    assert len(summary.painted) == 3


def test_all_that_happens_is_told(paint, jobs):
    Path("photos/cat.png").unlink()
    events = []
    paint(jobs, on_event=events.append)
    kinds = [type(event) for event in events]
    assert kinds.count(Looked) == 4
    assert events[kinds.index(Planned)] == Planned(total=4, there=0, failed=2)
    ended = [event for event in events if isinstance(event, Ended)]
    assert [event.tried for event in ended] == [False, False, True, True]
    stepped = {event.job.name for event in events if isinstance(event, Stepped)}
    assert stepped <= {"dog-night.png", "dog-wave.png"}


def test_interruption_keeps_what_is_done_and_the_same_call_goes_on(paint, jobs, lines):
    def interrupt(event):
        if isinstance(event, Ended):
            raise KeyboardInterrupt

    summary, events = Summary(), []
    with pytest.raises(KeyboardInterrupt):
        paint(
            jobs,
            on_event=lambda event: events.append(event) or interrupt(event),
            summary=summary,
        )
    assert 1 <= len(summary.painted) < 4
    assert set(files_of()) - {".stylecore"} == {"batch.jsonl", *names(summary.painted)}
    assert locks() == []
    assert len(lines()[0]) == len(summary.painted)
    rest = paint(jobs)
    assert sorted(names(rest.painted) + names(summary.painted)) == NAMES
    assert lines()[1] == 4


def test_a_manifest_that_cannot_be_written_ends_it(paint, jobs):
    def forbid(event):
        if isinstance(event, Ended):
            Path("out/batch.jsonl").unlink()
            Path("out/batch.jsonl").mkdir()

    with pytest.raises(StylecoreError, match=r"cannot (read|write) out/batch\.jsonl"):
        paint(jobs, on_event=forbid)
    assert locks() == []


def test_what_another_process_paints_is_not_painted_here(paint, jobs, lines):
    """It holds a lock, and lets go when it has painted the picture, or has died."""
    paint(jobs[:1])
    Path("out").rename("done")
    other = Folder(Path("out"))
    other.make([])
    painted, died = other.lock(jobs[0].name), other.lock(jobs[3].name)
    events = []

    def on_event(event):
        events.append(event)
        if isinstance(event, Noted):
            for name in ("cat-night.png", "batch.jsonl"):
                data = Path("done", name).read_bytes()
                with Path("out", name).open("ab") as file:
                    file.write(data)
            painted.release()
            died.release()

    summary = paint(jobs, on_event=on_event)
    assert names(summary.painted) == NAMES[1:]
    assert names(summary.there) == NAMES[:1]
    (note,) = (event.text for event in events if isinstance(event, Noted))
    assert note == "2 pictures are being painted by another process; waiting for it"
    (elsewhere,) = (event for event in events if isinstance(event, Ended) and not event.here)
    assert elsewhere.line["seconds"] > 0
    assert lines()[1] == 4
    assert ".stylecore" not in files_of()


def test_a_file_that_changes_meanwhile_is_taken_as_it_is_then(paint, jobs, lines):
    def change(event):
        if isinstance(event, Planned):
            shutil.copy("photos/cat.png", "photos/dog.png")

    paint(jobs, on_event=change)
    found, _ = lines()
    assert found["dog-wave.png"]["content"]["sha256"] == found["cat-wave.png"]["content"]["sha256"]
    assert np.array_equal(read_image("out/dog-wave.png"), read_image("out/cat-wave.png"))
    assert paint(jobs).painted == []


def test_a_file_that_is_gone_meanwhile_fails(paint, jobs):
    def remove(event):
        if isinstance(event, Planned):
            Path("photos/dog.png").unlink()

    summary = paint(jobs, on_event=remove)
    assert names(summary.painted) == NAMES[:2]
    assert {reason for _, reason in summary.failed} == {
        "there is no file photos/dog.png; give the path of a picture"
    }


def test_a_file_that_never_rests_fails(paint, jobs, monkeypatch):
    monkeypatch.setattr(
        PictureTask,
        "perform",
        lambda self, *_: Wanting(inputs=frozenset({self.recipe.content.sha256})),
    )
    summary = paint(jobs[:1])
    ((_, reason),) = summary.failed
    assert reason == "its files changed again and again; leave them as they are"


def test_no_jobs_are_no_pictures(paint):
    assert paint([]) == Summary()
