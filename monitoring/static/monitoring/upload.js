// A department's file by script: dropped on its field, sent with a progress bar, its faults said beside the form. Without
// this file the form is sent as any other.
"use strict";

(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const drop = form.querySelector("[data-drop]");
  const file = form.querySelector("input[type=file]");
  const button = form.querySelector("button");
  const progress = form.querySelector("[data-upload-progress]");
  const bar = progress.querySelector("progress");
  const words = form.querySelector("[data-upload-words]");
  const errors = form.querySelector("[data-upload-errors]");

  ["dragenter", "dragover"].forEach((name) => drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("is-on"); }));
  ["dragleave", "drop"].forEach((name) => drop.addEventListener(name, () => drop.classList.remove("is-on")));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) file.files = event.dataTransfer.files;
  });

  function fail(lines) {
    const list = errors.querySelector("ul");
    list.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
    errors.hidden = false;
    progress.hidden = true;
    button.disabled = false;
    errors.focus();
  }

  function answer(request) {
    let said = {};
    try {
      said = JSON.parse(request.responseText);
    } catch {
      said = {};
    }
    if (said.to) window.location.assign(said.to);
    else fail(said.errors || ["没有导入成功。请刷新后再试一次，还不行就请县级主管部门看看。"]);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    const request = new XMLHttpRequest();
    errors.hidden = true;
    progress.hidden = false;
    button.disabled = true;
    bar.value = 0;
    words.textContent = "正在上传…";
    request.upload.addEventListener("progress", (step) => {
      if (!step.lengthComputable) return;
      const percent = Math.floor((step.loaded * 100) / step.total);
      bar.value = percent;
      words.textContent = percent < 100 ? `正在上传 ${percent}%` : "上传完成，正在逐行检查，请不要关闭这一页…";
      if (percent === 100) bar.removeAttribute("value");
    });
    request.addEventListener("load", () => answer(request));
    request.addEventListener("error", () => fail(["网络断了，文件没有传完，请再试一次。"]));
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(new FormData(form));
  });
})();
