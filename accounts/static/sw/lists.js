// Lists: a changed filter asks at once; ticked rows are counted, and all can be ticked together. All works without it.
(() => {
  for (const form of document.querySelectorAll("form[data-auto]")) {
    const button = form.querySelector("button");
    if (button) button.hidden = true;
    // By keys a list changes with every arrow: it asks when it is left, or at Enter, else nobody would get past the next one.
    let byKeys = false, changed = false;
    const ask = () => { if (changed) form.requestSubmit(); };
    form.addEventListener("keydown", (event) => {
      byKeys = event.key !== "Enter";
      if (!byKeys && event.target.matches("select")) ask();
    });
    form.addEventListener("pointerdown", () => { byKeys = false; });
    form.addEventListener("change", (event) => {
      if (event.target.type === "month" && event.target.value === "" && event.target.validity.badInput) return;
      changed = true;
      if (!byKeys || !event.target.matches("select, [type=month]")) ask();
    });
    form.addEventListener("focusout", (event) => { if (event.target.matches("select, [type=month]")) ask(); });
    form.addEventListener("submit", () => {
      for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
    });
    window.addEventListener("pageshow", () => {
      for (const field of form.elements) field.disabled = false;
    });
  }
  // 存为常用: the conditions in the address under a name, in this browser only; they hold no personal data but what was typed.
  for (const form of document.querySelectorAll("form[data-save]")) {
    const key = `sw-filters ${form.dataset.save}`;
    const line = document.createElement("span");
    const end = form.querySelector(".sw-filter__end");
    line.className = "pp-saved";
    form.append(line);
    const read = () => {
      try { return JSON.parse(localStorage.getItem(key)) || []; } catch { return []; }
    };
    const draw = () => {
      const saved = read();
      line.replaceChildren(...saved.flatMap((one, i) => {
        const link = Object.assign(document.createElement("a"), { href: one.query, textContent: one.name });
        const drop = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
        drop.setAttribute("aria-label", `不再常用：${one.name}`);
        drop.addEventListener("click", () => { localStorage.setItem(key, JSON.stringify(read().filter((_, j) => j !== i))); draw(); });
        return [link, drop];
      }));
      if (saved.length) line.prepend("常用：");
    };
    const query = new URLSearchParams(location.search);
    for (const gone of ["after", "before", "q"]) query.delete(gone);
    if ([...query].length && end) {
      const save = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-light", textContent: "存为常用" });
      save.addEventListener("click", () => {
        const words = [...form.querySelectorAll("select")].filter((field) => field.value).map((field) => field.selectedOptions[0].text);
        const name = [...words, ...[...form.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.parentElement.textContent.trim())].join("、") || query.toString();
        const rest = read().filter((one) => one.query !== `?${query}`);
        localStorage.setItem(key, JSON.stringify([...rest, { name, query: `?${query}` }].slice(-8)));
        draw();
      });
      end.prepend(save);
    }
    draw();
  }
  for (const form of document.querySelectorAll("form[data-batch]")) {
    const ticks = [...form.querySelectorAll("input[name=item]")];
    const all = form.querySelector("[data-batch-all]");
    const words = form.querySelector("[data-batch-count]");
    const buttons = form.querySelectorAll("button[name=action]");
    if (!all) continue;
    const say = () => {
      const chosen = ticks.filter((tick) => tick.checked).length;
      words.textContent = chosen ? `已选 ${chosen} 条` : "全选本页轮到我办的";
      all.checked = chosen > 0 && chosen === ticks.length;
      all.indeterminate = chosen > 0 && chosen < ticks.length;
      for (const button of buttons) button.disabled = chosen === 0;
    };
    all.closest(".sw-batch").hidden = ticks.length === 0;
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const tick of ticks) tick.checked = all.checked;
      say();
    });
    form.addEventListener("change", say);
    say();
  }
})();
