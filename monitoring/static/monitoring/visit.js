// Entering a visit: one document holds all sections, so that it goes on without a signal. Every answer goes through
// swSync (sw/sync.js); without this file the same forms are posted one by one.
(() => {
  const root = document.querySelector("[data-visit]");
  if (!root || !window.swSync) return;
  const { uid, files } = root.dataset;
  const list = root.querySelector("[data-list]");
  const pages = [...root.querySelectorAll("[data-page]")];
  const head = document.querySelector("[data-head]");
  const firstHead = head && head.textContent;
  const timers = new Map();

  const cards = () => [...root.querySelectorAll("[data-card]")];
  const unseen = () => cards().filter((card) => !card.dataset.state);
  const fieldsOf = (form) => {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (name === "csrfmiddlewaretoken" || typeof value !== "string") continue;
      fields[name] = name in fields ? [].concat(fields[name], value) : value;
    }
    return fields;
  };
  const keep = (form, state) =>
    swSync.put(`${uid}:${form.dataset.section}`, { url: form.action, section: form.dataset.section, fields: { ...fieldsOf(form), state } });
  const patience = (promise) => Promise.race([promise, new Promise((done) => setTimeout(done, 2500))]);

  // --- which page is shown ---

  function turn() {
    const wanted = location.hash.slice(1);
    const page = pages.find((one) => one.dataset.page === wanted);
    if (!list) return;
    pages.forEach((one) => { one.hidden = one !== page; });
    list.hidden = Boolean(page);
    document.body.classList.toggle("has-page", Boolean(page));
    if (head) head.textContent = page ? page.dataset.title : firstHead;
    window.scrollTo(0, 0);
    if (page) {
      page.querySelectorAll("canvas").forEach(fit);
      page.querySelector("h1").focus();
    }
    dock();
  }

  function dock() {
    const next = root.querySelector("[data-next]");
    if (!next) return;
    const [card] = unseen();
    const left = unseen().length, total = cards().length;
    root.querySelector("[data-seen]").textContent = total - left;
    root.querySelector("[data-left]").textContent = left;
    root.querySelector("progress").value = total - left;
    next.textContent = card ? `下一项：${card.dataset.title}` : "检查一遍，交上去";
    next.href = card ? `#${card.dataset.card}` : next.dataset.check;
    const late = root.querySelector("[data-late]");
    if (late) late.hidden = Boolean(card) || !swSync.isOffline();
  }

  function mark(section, state) {
    const card = root.querySelector(`[data-card="${section}"]`);
    if (!card) return;
    card.dataset.state = state;
    card.classList.toggle("is-done", Boolean(state));
    card.querySelector("[data-words]").textContent = state === "same" ? "与上次相同" : state ? "已填好" : "未核";
    const icon = card.querySelector(".sw-st use");
    const shape = state === "same" ? "check2-all" : state ? "pencil-fill" : "circle";
    icon.setAttribute("href", icon.getAttribute("href").replace(/#.*/, `#${shape}`));
    dock();
  }

  const goOn = () => {
    const [card] = unseen();
    location.hash = card ? card.dataset.card : "";
    if (!card) turn();
  };

  // --- answers ---

  function complain(form, faults) {
    form.querySelectorAll(".is-bad").forEach((one) => one.classList.remove("is-bad"));
    form.querySelectorAll("[data-error]").forEach((one) => { one.textContent = ""; });
    const box = form.querySelector("[data-faults]"), names = Object.keys(faults);
    box.hidden = !names.length;
    const items = names.map((name) => {
      const field = form.querySelector(`[data-field="${name}"]`);
      if (field) { field.classList.add("is-bad"); field.querySelector("[data-error]").textContent = faults[name]; }
      const link = document.createElement("a");
      link.href = `#${form.dataset.section}-${name}`;
      link.textContent = faults[name];
      link.addEventListener("click", (event) => { event.preventDefault(); field.querySelector("input,textarea").focus(); });
      const item = document.createElement("li");
      item.append(link);
      return item;
    });
    box.querySelector("ul").replaceChildren(...items);
    if (names.length) box.focus();
  }

  const missing = (form) => Object.fromEntries(
    [...form.querySelectorAll("[data-needed]")].filter((field) => {
      const inputs = [...field.querySelectorAll("input,textarea")];
      return !inputs.some((input) => (["radio", "checkbox"].includes(input.type) ? input.checked : input.value.trim()));
    }).map((field) => [field.dataset.field, `请回答：${field.dataset.needed}`]));

  root.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.matches("[data-same]")) {
      event.preventDefault();
      await keep(form, "same");
      mark(form.dataset.section, "same");
      swSync.flush();
    } else if (form.matches("[data-answers]")) {
      event.preventDefault();
      clearTimeout(timers.get(form));
      const lacking = missing(form);
      complain(form, lacking);
      if (Object.keys(lacking).length) return;
      form.dataset.faulty = "";
      const name = await keep(form, "changed");
      mark(form.dataset.section, "changed");
      if (form.dataset.section === "team") gather(form);
      await patience(swSync.flush());
      if (form.dataset.faulty) return;
      if (list) goOn();
      else if (!swSync.count()) location.href = form.dataset.back;
    } else if (form.matches("[data-submit]") && swSync.count()) {
      event.preventDefault();
      if (await patience(swSync.flush()) === 0) { form.submit(); return; }
      await swSync.put(`zz:${uid}`, { url: form.action, fields: fieldsOf(form) });
      swSync.flush();
    }
  });

  root.addEventListener("input", (event) => {
    const form = event.target.closest("[data-answers]");
    if (!form || event.target.type === "file") return;
    total(form);
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(async () => {
      await keep(form, form.dataset.section === "proof" ? "changed" : "open");
      if (form.dataset.section !== "proof") mark(form.dataset.section, "");
      swSync.flush();
    }, 1200));
  });

  // Net income a head while it is being written.
  function total(form) {
    const out = form.querySelector("[data-total]");
    if (!out) return;
    const yuan = (name) => Number((form.elements[name].value || "0").replace(/[,，元\s]/g, ""));
    const net = yuan("wage") + yuan("business") + yuan("property") + yuan("transfer") - yuan("cost");
    const people = Math.max(Number(out.dataset.total), 1);
    out.textContent = Number.isFinite(net) ? `${Math.round(net / people).toLocaleString("en")} 元` : "—";
  }

  document.addEventListener("sw:saved", ({ detail: { item, told } }) => {
    if (told.done) { location.href = told.done; return; }
    const names = Object.keys(told.faults || {});
    if (!item.section || !names.length || item.fields.state !== "changed") { dock(); return; }
    const form = root.querySelector(`[data-answers][data-section="${item.section}"]`);
    mark(item.section, "");
    if (!form) return;
    form.dataset.faulty = "1";
    complain(form, told.faults);
  });
  document.addEventListener("sw:refused", ({ detail: { item } }) => { if (item.section) mark(item.section, ""); });

  // --- photos, drawn small before they leave; signatures; the place ---

  async function shrink(file) {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, 1280 / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", 0.72);
  }

  const sendFile = async (slot, file, name) => {
    const id = slot === "photo" ? crypto.getRandomValues(new Uint32Array(2)).join("") : slot;
    await swSync.put(`${uid}:${id}`, { url: files, file, name, fields: { uid, slot } });
    swSync.flush();
  };

  root.addEventListener("change", async (event) => {
    const input = event.target;
    if (input.type !== "file") return;
    for (const file of input.files) {
      const data = await shrink(file).catch(() => "");
      const note = root.querySelector("[data-photo-note]");
      if (!data) { note.textContent = "这个文件打不开，请拍照或选 JPG、PNG 照片。"; continue; }
      note.textContent = "";
      const frame = document.createElement("div"), image = document.createElement("img");
      frame.className = "sw-photo";
      image.src = data;
      image.alt = "刚拍的照片";
      frame.append(image);
      input.closest("[data-photos]").querySelector(".sw-photo--add").before(frame);
      await sendFile("photo", data, "photo.jpg");
      const count = root.querySelector("[data-photo-count]");
      count.textContent = `${input.closest("[data-photos]").querySelectorAll(".sw-photo:not(.sw-photo--add)").length} 张`;
      count.className = "sw-st is-ok";
    }
    input.value = "";
  });

  function fit(canvas) {
    if (canvas.dataset.ready || !canvas.clientWidth) return;
    canvas.dataset.ready = "1";
    canvas.width = canvas.clientWidth * 2;
    canvas.height = canvas.clientHeight * 2;
    const pen = canvas.getContext("2d");
    const clear = () => { pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height); canvas.dataset.drawn = ""; };
    Object.assign(pen, { lineWidth: 6, lineCap: "round", lineJoin: "round", strokeStyle: "#16222e" });
    clear();
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...at(event));
      canvas.dataset.drawing = "1";
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.dataset.drawing) return;
      pen.lineTo(...at(event));
      pen.stroke();
      canvas.dataset.drawn = "1";
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { canvas.dataset.drawing = ""; });
    const box = canvas.closest("[data-sign]");
    box.querySelector("[data-clear]").addEventListener("click", clear);
    box.querySelector("[data-keep]").addEventListener("click", async () => {
      const said = box.querySelector("[data-signed]");
      if (!canvas.dataset.drawn) { said.textContent = "框里还没有字，请先写名字"; return; }
      await sendFile(box.dataset.sign, canvas.toDataURL("image/png"), "sign.png");
      said.textContent = "已签";
      said.parentElement.className = "sw-st is-ok";
      box.open = false;
    });
  }
  function ready(box) {
    box.querySelectorAll("[data-script]").forEach((one) => { one.hidden = false; });
    box.addEventListener("toggle", () => box.querySelectorAll("canvas").forEach(fit));
  }
  root.querySelectorAll("[data-sign]").forEach(ready);

  // Whoever came along gets a place to sign, also while there is no signal to ask the server for it.
  function gather(form) {
    const boxes = root.querySelector("[data-signers]");
    if (!boxes) return;
    const own = boxes.children[1];
    const came = [...form.querySelectorAll("[name=companions]:checked")].map((one) => [`sign:u:${one.value}`, one.parentElement.textContent.trim()]);
    const named = form.elements.others.value.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => [`sign:n:${line.split(/[，,、\t]/)[0].trim()}`, line]);
    const wanted = new Map([...came, ...named]);
    [...boxes.children].slice(2).forEach((box) => { if (!wanted.delete(box.dataset.sign)) box.remove(); });
    wanted.forEach((name, slot) => {
      const box = own.cloneNode(true), canvas = box.querySelector("canvas");
      box.dataset.sign = slot;
      box.open = false;
      delete canvas.dataset.ready;
      canvas.setAttribute("aria-label", `${name}在这里手写名字`);
      box.querySelector("b").textContent = name;
      box.querySelector("small").textContent = "";
      box.querySelector("[data-signed]").textContent = "未签";
      const select = box.querySelector("select");
      select.name = `reason:${slot}`;
      select.id = `reason-${slot}`;
      select.value = "";
      box.querySelector("label").htmlFor = select.id;
      boxes.append(box);
      ready(box);
    });
  }

  const place = root.querySelector("[data-place]");
  if (place && navigator.geolocation && window.isSecureContext) {
    place.hidden = false;
    place.addEventListener("click", () => {
      const said = root.querySelector("[data-place-words]"), form = place.closest("form");
      said.textContent = "正在取位置，可以接着办别的";
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        form.elements.latitude.value = coords.latitude;
        form.elements.longitude.value = coords.longitude;
        form.elements.accuracy.value = Math.round(coords.accuracy);
        said.textContent = `已记下位置，误差约 ${Math.round(coords.accuracy)} 米，仅作参考`;
        form.elements.accuracy.dispatchEvent(new Event("input", { bubbles: true }));
      }, () => { said.textContent = "取不到位置，不影响提交"; }, { enableHighAccuracy: true, timeout: 15000 });
    });
  }

  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-open]");
    if (!link || !list) return;
    event.preventDefault();
    location.hash = link.dataset.open;
  });
  root.querySelectorAll("[data-answers]").forEach(total);
  window.addEventListener("hashchange", turn);
  window.addEventListener("online", dock);
  window.addEventListener("offline", dock);
  if (list) turn(); else root.querySelectorAll("canvas").forEach(fit);
})();
