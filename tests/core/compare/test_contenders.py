import pytest

from stylecore.compare.contenders import (
    check_contenders,
    parameters_of,
    parse_contender,
    read_contenders,
    shown,
    usual_contenders,
)
from stylecore.errors import SettingsError
from stylecore.settings import Settings


def test_usual_contenders_are_tuned_and_differ_in_their_optimizer_alone():
    found = [one.settings(Settings(size=64)) for one in usual_contenders()]
    assert [one.optimizer for one in found] == ["adam", "lbfgs", "projected-lbfgs"]
    assert all(one.tunable for one in usual_contenders())


def test_words_name_an_optimizer_and_its_parameters():
    one = parse_contender(" adam  learning-rate=2 epsilon=1e-6 betas=0.5,0.9 ")
    assert one.name == "adam learning-rate=2 epsilon=1e-6 betas=0.5,0.9"
    assert not one.tunable
    settings = one.settings(Settings(size=64), {"learning_rate": 7.0, "averaging": 0.5})
    wanted = Settings(
        size=64,
        optimizer="adam",
        learning_rate=2.0,
        epsilon=1e-6,
        betas=(0.5, 0.9),
        averaging=0.5,
    )
    assert settings == wanted
    assert list(parameters_of(settings)) == ["learning_rate", "betas", "epsilon", "averaging"]


def test_what_is_shown_can_be_given_again():
    settings = Settings(optimizer="adam", learning_rate=2.5, betas=(0.5, 0.9))
    text = shown(parameters_of(settings))
    assert text == "learning_rate=2.5 betas=0.5,0.9 epsilon=0 averaging=0.95"
    assert parse_contender(f"adam {text}").settings(Settings()) == settings


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no optimizer ''; give one of projected-lbfgs, lbfgs, adam"),
        ("sgd momentum=1", "'momentum'"),
        ("sgd", "there is no optimizer 'sgd'"),
        ("adam 2", "has '2'; write learning_rate=2"),
        ("adam lr=2", "there is no setting 'lr'"),
        ("adam learning_rate=fast", "learning_rate is 'fast'; give a number"),
        ("adam learning_rate=0", "learning_rate is 0.0; give a number above 0"),
        ("adam history_size=5", "history_size is no parameter of adam, which has learning_rate"),
        ("lbfgs size=64", "size is no parameter of lbfgs, which has history_size; what else"),
    ],
)
def test_other_words_are_refused_in_one_line(text, message):
    with pytest.raises(SettingsError) as caught:
        parse_contender(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_names_them_too(tmp_path):
    file = tmp_path / "contenders.toml"
    file.write_text(
        "[[contender]]\noptimizer = 'adam'\n"
        "[[contender]]\noptimizer = 'adam'\nname = 'fast'\nlearning_rate = 20\nbetas = [0.5, 0.9]\n"
        "[[contender]]\noptimizer = 'lbfgs'\nhistory_size = 100\n"
    )
    adam, fast, large = read_contenders(file)
    assert (adam.name, fast.name, large.name) == ("adam", "fast", "lbfgs history_size=100")
    assert adam.tunable
    assert not fast.tunable
    assert fast.given == {"learning_rate": 20.0, "betas": (0.5, 0.9)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no contenders; write [[contender]]"),
        ("contender = 3", "has no contenders"),
        ("contender = [3]", "contender 1 is no table"),
        ("[[contender]]\nname = 'x'", "contender 1: there is no optimizer ''"),
        ("[[contender]]\noptimizer = 'adam'\nname = 3", "name is 3; give text"),
        ("[[contender]]\noptimizer = ['adam']", "there is no optimizer ['adam']"),
        ("[[contender]]\noptimizer = 'adam'\nlearning_rate = '2'", "give a number"),
        ("[[contender]", "is no TOML"),
    ],
)
def test_another_file_is_refused_in_one_line(tmp_path, text, message):
    file = tmp_path / "contenders.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_contenders(file)
    assert str(caught.value).startswith(str(file))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_of_one_name_cannot_be_told_apart():
    with pytest.raises(SettingsError, match="two contenders are called 'adam'"):
        check_contenders([*usual_contenders(), parse_contender("adam")])
    with pytest.raises(SettingsError, match="there are 1 contenders; give two"):
        check_contenders(usual_contenders()[:1])
