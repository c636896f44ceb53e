// Lists: a changed filter asks at once; ticked rows are counted, and all can be ticked together. All works without it.
(() => {
  for (const form of document.querySelectorAll("form[data-auto]")) {
    const button = form.querySelector("button");
    if (button) button.hidden = true;
    form.addEventListener("change", (event) => {
      if (event.target.type === "month" && event.target.value === "" && event.target.validity.badInput) return;
      form.requestSubmit();
    });
    form.addEventListener("submit", () => {
      for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
    });
    window.addEventListener("pageshow", () => {
      for (const field of form.elements) field.disabled = false;
    });
  }
  for (const form of document.querySelectorAll("form[data-batch]")) {
    const ticks = [...form.querySelectorAll("input[name=item]")];
    const all = form.querySelector("[data-batch-all]");
    const words = form.querySelector("[data-batch-count]");
    const buttons = form.querySelectorAll("button[name=action]");
    if (!all) continue;
    const say = () => {
      const chosen = ticks.filter((tick) => tick.checked).length;
      words.textContent = chosen ? `已选 ${chosen} 条` : ticks.length ? "全选本页轮到我办的" : "本页没有轮到你办的";
      all.checked = chosen > 0 && chosen === ticks.length;
      all.indeterminate = chosen > 0 && chosen < ticks.length;
      for (const button of buttons) button.disabled = chosen === 0;
    };
    all.hidden = ticks.length === 0;
    all.addEventListener("change", () => {
      for (const tick of ticks) tick.checked = all.checked;
      say();
    });
    form.addEventListener("change", say);
    say();
  }
})();
