"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const models = [...document.querySelectorAll("details.model")];

  const setOpen = (open) => {
    for (const model of models) if (!model.hidden) model.open = open;
  };
  form.querySelector(".extras").hidden = false;
  document.getElementById("expand").addEventListener("click", () => setOpen(true));
  document.getElementById("collapse").addEventListener("click", () => setOpen(false));

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = models.filter((model) => !model.hidden && !model.open);
    for (const model of closed) model.open = true;
  });
  addEventListener("afterprint", () => {
    for (const model of closed) model.open = false;
  });

  // Without all models at hand the server searches.
  if (!("whole" in form.dataset)) return;
  const search = document.getElementById("q");
  const level = document.getElementById("level");
  const count = document.getElementById("count");
  const texts = new Map();
  const textOf = (model) => {
    if (!texts.has(model)) texts.set(model, model.textContent.toLowerCase());
    return texts.get(model);
  };
  const told = (number) =>
    number.toLocaleString("en-US") + (number === 1 ? " model" : " models");
  const narrow = () => {
    const wanted = search.value.trim().toLowerCase();
    let fitting = 0;
    for (const model of models) {
      const fits =
        (!level.value || model.dataset.level === level.value) &&
        (!wanted || textOf(model).includes(wanted));
      model.hidden = !fits;
      fitting += fits;
    }
    const all = told(models.length);
    count.value = fitting === models.length ? all : `${fitting.toLocaleString("en-US")} of ${all}`;
    const query = new URLSearchParams(location.search);
    for (const [name, value] of [["q", wanted && search.value.trim()], ["level", level.value]])
      value ? query.set(name, value) : query.delete(name);
    history.replaceState(null, "", `?${query}${location.hash}`);
  };
  let waiting;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(narrow, 120);
  });
  level.addEventListener("change", narrow);
  form.querySelector("[type=submit]").hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    narrow();
  });
  // A browser restores fields when a page is gone back to.
  addEventListener("pageshow", () => (search.value || level.value) && narrow());
})();
