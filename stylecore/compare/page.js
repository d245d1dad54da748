"use strict";
(() => {
  const root = document.querySelector("#pictures");
  if (!root) return;
  document.documentElement.classList.add("scripted");
  const groups = [...root.querySelectorAll(".group")];
  const choose = root.querySelector("#choose");
  const zoom = root.querySelector("#zoom");
  const state = { zoom: 1, x: 0, y: 0 };

  // x and y are how far the picture is moved, in percent of its view.
  const apply = () => {
    const least = 100 * (1 - state.zoom);
    state.x = Math.min(0, Math.max(least, state.x));
    state.y = Math.min(0, Math.max(least, state.y));
    root.style.setProperty("--zoom", state.zoom);
    root.style.setProperty("--x", state.x);
    root.style.setProperty("--y", state.y);
    root.classList.toggle("zoomed", state.zoom >= 3);
    zoom.value = state.zoom;
    root.querySelector("#zoomed").textContent = `${Math.round(100 * state.zoom)} %`;
  };

  const zoomAt = (factor, x, y) => {
    const next = Math.min(8, Math.max(1, factor));
    state.x = x - (x - state.x) * (next / state.zoom);
    state.y = y - (y - state.y) * (next / state.zoom);
    state.zoom = next;
    apply();
  };

  const within = (view, event) => {
    const box = view.getBoundingClientRect();
    return [
      (100 * (event.clientX - box.left)) / box.width,
      (100 * (event.clientY - box.top)) / box.height,
    ];
  };

  for (const view of root.querySelectorAll(".view")) {
    view.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && state.zoom === 1 && event.deltaY > 0) return;
      event.preventDefault();
      zoomAt(state.zoom * Math.exp(-event.deltaY / 400), ...within(view, event));
    }, { passive: false });
    let last = null;
    view.addEventListener("pointerdown", (event) => {
      last = within(view, event);
      view.setPointerCapture(event.pointerId);
    });
    view.addEventListener("pointermove", (event) => {
      if (!last) return;
      const now = within(view, event);
      state.x += now[0] - last[0];
      state.y += now[1] - last[1];
      last = now;
      apply();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      view.addEventListener(name, () => { last = null; });
    }
    view.addEventListener("dblclick", (event) => {
      zoomAt(state.zoom > 1 ? 1 : 4, ...within(view, event));
    });
  }
  zoom.addEventListener("input", () => zoomAt(Number(zoom.value), 50, 50));

  const fill = (curtain, group) => {
    const figures = [...group.querySelectorAll("figure[data-name]")];
    const selects = curtain.querySelectorAll("select");
    selects.forEach((select, side) => {
      select.replaceChildren(
        ...figures.map((figure, index) => new Option(figure.dataset.name, index)),
      );
      const best = figures.findIndex((figure) => "delivered" in figure.dataset);
      select.value = Math.min(figures.length - 1, Math.max(0, best) + side);
      const show = () => {
        const image = curtain.querySelectorAll("img")[side];
        image.src = figures[select.value].querySelector("img").src;
        image.alt = figures[select.value].dataset.name;
      };
      select.onchange = show;
      show();
    });
  };

  const curtain = root.querySelector(".curtain");
  curtain.querySelector("input").addEventListener("input", (event) => {
    curtain.style.setProperty("--at", `${event.target.value}%`);
  });
  const show = () => {
    groups.forEach((group, index) => { group.hidden = index !== Number(choose.value); });
    fill(curtain, groups[Number(choose.value)]);
  };
  choose.addEventListener("change", show);
  show();
  apply();
})();
