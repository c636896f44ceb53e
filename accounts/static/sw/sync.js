// What was entered but has not reached the server: kept on this telephone, sealed with a key that only a signed-in page
// has, sent again as soon as there is a signal, and gone after the server's receipt, at sign-out and after 14 days.
(() => {
  const held = document.body.dataset.phone;
  if (!held) return;
  const [user, hexKey] = held.split(".");
  const prefix = `sw.q.${user}.`;
  const days = 14;
  const memory = new Map();
  let state = "ok", savedAt = "", busy = null, refusal = "", forced = false;

  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const toText = (data) => btoa(Array.from(new Uint8Array(data), (byte) => String.fromCharCode(byte)).join(""));
  const fromText = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  // Without a secure context there is no cipher: then nothing personal is written to the telephone.
  const key = window.isSecureContext && window.crypto.subtle
    ? crypto.subtle.importKey("raw", bytes(hexKey), "AES-GCM", false, ["encrypt", "decrypt"]) : null;

  const names = () => [...Object.keys(localStorage).filter((name) => name.startsWith(prefix)), ...memory.keys()].sort();
  const moment = (name) => Number(name.slice(prefix.length).split(".")[0]);
  const drop = (name) => { localStorage.removeItem(name); memory.delete(name); };
  const wipe = () => names().forEach(drop);

  async function put(id, item) {
    const seq = Date.now();
    const name = `${prefix}${seq}.${id}`;
    const text = JSON.stringify({ ...item, fields: { ...item.fields, seq: String(seq) } });
    const older = names().filter((one) => one.endsWith(`.${id}`) && one !== name);
    try {
      if (!key) throw new Error("no cipher");
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key, new TextEncoder().encode(text));
      localStorage.setItem(name, `${toText(iv)}.${toText(sealed)}`);
    } catch {
      memory.set(name, text);
    }
    older.forEach(drop);
    show();
    return name;
  }

  async function open(name) {
    if (memory.has(name)) return JSON.parse(memory.get(name));
    const [iv, sealed] = localStorage.getItem(name).split(".").map(fromText);
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await key, sealed)));
  }

  function body(item) {
    const form = new FormData();
    for (const [field, value] of Object.entries(item.fields)) [].concat(value).forEach((one) => form.append(field, one));
    if (item.file) {
      const [head, data] = item.file.split(",");
      form.append("files", new Blob([fromText(data)], { type: head.slice(5).split(";")[0] }), item.name || "photo.jpg");
    }
    return form;
  }

  async function send(name) {
    let item;
    try { item = await open(name); } catch { drop(name); return true; }
    const token = (document.cookie.match(/csrftoken=([^;]+)/) || [])[1] || "";
    const answer = await fetch(item.url, {
      method: "POST", body: body(item), redirect: "manual", credentials: "same-origin",
      headers: { Accept: "application/json", "X-CSRFToken": token },
    });
    if (answer.type === "opaqueredirect" || answer.status === 401) { state = "login"; return false; }
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) {
      drop(name);
      savedAt = told.saved || savedAt;
      document.dispatchEvent(new CustomEvent("sw:saved", { detail: { item, told } }));
      return true;
    }
    if (answer.status === 400 || answer.status === 409) {
      drop(name);
      refusal = told.code === "submitted" ? "" : told.refused || "";
      document.dispatchEvent(new CustomEvent("sw:refused", { detail: { item, told } }));
      return true;
    }
    state = answer.status < 500 ? "stuck" : "offline";
    return false;
  }

  async function sendAll() {
    refusal = "";
    for (let name; (name = names()[0]); ) {
      state = "sending";
      show();
      try {
        if (!(await send(name))) break;
        state = "ok";
      } catch {
        state = "offline";
        break;
      }
    }
    show();
    return names().length;
  }

  // One at a time; what is put meanwhile goes with the run that follows.
  function flush() {
    busy = (busy || Promise.resolve()).then(() => (names().length ? sendAll() : 0));
    return busy;
  }

  function words(count) {
    if (refusal) return refusal;
    if (!count) return savedAt ? `已保存 ${savedAt}` : "";
    const where = memory.size ? "先别关这个页面" : "已存在手机";
    if (state === "login") return `登录已过期，${where}。登录后自动上传 ${count} 项`;
    if (state === "stuck") return `有 ${count} 项没有收下，${where}。刷新页面再试，不行请找管理员`;
    if (state === "offline" || !navigator.onLine) return `没有信号，${where}，待上传 ${count} 项`;
    return `待上传 ${count} 项`;
  }

  function show() {
    const count = names().length;
    let line = document.querySelector("[data-sync]");
    const text = words(count);
    if (!line && text && (count || refusal)) {
      line = document.createElement("p");
      line.className = "sw-sync";
      line.dataset.sync = "";
      line.setAttribute("role", "status");
      line.append(document.createElement("span"));
      document.getElementById("main").prepend(line);
    }
    if (!line) return;
    line.classList.toggle("is-soon", Boolean(count || refusal));
    line.dataset.state = refusal ? "refused" : count ? (state === "sending" ? "sending" : "waiting") : "ok";
    if (text) { line.hidden = false; line.querySelector("span").textContent = text; }
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.action.endsWith("/logout/")) return;
    if (!names().length || forced) { wipe(); return; }
    event.preventDefault();
    if (await flush()) {
      forced = true;
      refusal = `还有 ${names().length} 项没有上传，退出就没有了。等有信号再退出；一定要退出，请再点一次退出`;
      show();
      return;
    }
    wipe();
    form.submit();
  });

  names().filter((name) => moment(name) < Date.now() - days * 86400000).forEach(drop);
  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  setInterval(() => { if (names().length && state !== "stuck") flush(); }, 20000);
  window.swSync = { put, flush, count: () => names().length, isOffline: () => state === "offline" || !navigator.onLine };
  show();
  flush();
})();
