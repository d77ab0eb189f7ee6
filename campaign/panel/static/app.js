// Conveniences only: every page works without this file. Behaviour hangs on data attributes, listed where they are read.
"use strict";

const root = document.documentElement;
root.classList.replace("no-js", "js");

const number = new Intl.NumberFormat("vi-VN");
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];

// <textarea data-counter data-most="140">: how many characters are written, and of how many.
function count(box) {
  const most = Number(box.dataset.most) || 0;
  const line = document.createElement("span");
  line.className = "counter";
  line.setAttribute("aria-live", "off");
  box.after(line);
  const show = () => {
    // The server normalises to NFC and counts code points.
    const length = [...box.value.normalize("NFC").trim()].length;
    line.textContent = most ? `${number.format(length)} / ${number.format(most)} ký tự` : `${number.format(length)} ký tự`;
    line.classList.toggle("over", most > 0 && length > most);
  };
  box.addEventListener("input", show);
  show();
}

// <textarea data-grow>: as tall as what is in it.
function grow(box) {
  const fit = () => {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
  };
  box.addEventListener("input", fit);
  new ResizeObserver((_, observer) => { if (box.offsetWidth) { fit(); observer.disconnect(); } }).observe(box);
}

// <div data-tabs> with role=tablist buttons aria-controls=id and .panel[id]: one panel at a time.
function tabs(group) {
  const buttons = all('[role="tab"]', group);
  const choose = (chosen, focus = false) => {
    for (const button of buttons) {
      const on = button === chosen;
      button.setAttribute("aria-selected", String(on));
      button.tabIndex = on ? 0 : -1;
      document.getElementById(button.getAttribute("aria-controls")).hidden = !on;
    }
    if (focus) chosen.focus();
  };
  buttons.forEach((button, at) => {
    button.addEventListener("click", () => choose(button));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) choose(buttons[(at + step + buttons.length) % buttons.length], true);
    });
  });
  const wrong = all(".panel", group).find((panel) => panel.querySelector(".is-invalid"));
  choose(buttons.find((button) => wrong && button.getAttribute("aria-controls") === wrong.id) || buttons[0]);
}

// <form data-confirm="..."> or <button data-confirm="...">: ask before sending; data-confirm-yes names the button.
function confirmFirst(event) {
  const form = event.target;
  const source = [event.submitter, form].find((part) => part && part.dataset.confirm);
  if (!source || form.dataset.confirmed) return;
  event.preventDefault();
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  const words = document.createElement("p");
  words.textContent = source.dataset.confirm;
  const buttons = document.createElement("div");
  buttons.className = "buttons";
  const button = (text, style, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `btn ${style}`;
    made.textContent = text;
    made.addEventListener("click", act);
    buttons.append(made);
  };
  button("Quay lại", "btn-light", () => dialog.close());
  button(source.dataset.confirmYes || "Đồng ý", "btn-primary", () => {
    dialog.close();
    form.dataset.confirmed = "yes";
    form.requestSubmit(event.submitter);
  });
  dialog.append(words, buttons);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

// <form data-guard>: leaving with unsaved changes asks first. Sending any form twice in a row does nothing.
function guard(form) {
  let changed = form.dataset.guard === "changed";
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", (event) => { if (!event.defaultPrevented) changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

function sendOnce(event) {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
}

// <button data-add-row="#rows" ...>: unhide the next row of spare fields (they are plain rows without JavaScript).
function addRow(button) {
  const spare = () => all(".spare[hidden]", document.querySelector(button.dataset.addRow));
  all(".spare", document.querySelector(button.dataset.addRow)).forEach((row) => { row.hidden = !row.querySelector(".is-invalid"); });
  button.hidden = !spare().length;
  button.addEventListener("click", () => {
    const row = spare()[0];
    row.hidden = false;
    row.querySelector("input:not([type=hidden]), select").focus();
    button.hidden = !spare().length;
  });
}

// <button data-print> opens the print dialog. <select data-submit>: choosing sends the form of filters.
function submits(select) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// <select data-occasion> whose options have data-from and data-to: choosing fills in the two day fields of the form, and an empty name.
function occasion(select) {
  select.addEventListener("change", () => {
    const { from, to } = select.selectedOptions[0].dataset;
    if (!from) return;
    select.form.elements.starts_on.value = from;
    select.form.elements.ends_on.value = to;
    const name = select.form.elements.name;
    if (!name.value) name.value = `${select.selectedOptions[0].dataset.name} ${to.slice(0, 4)}`;
  });
}

document.addEventListener("DOMContentLoaded", () => {
  all("[data-counter]").forEach(count);
  all("[data-grow]").forEach(grow);
  all("[data-tabs]").forEach(tabs);
  all("form[data-guard]").forEach(guard);
  all("[data-add-row]").forEach(addRow);
  all("select[data-submit]").forEach(submits);
  all("select[data-occasion]").forEach(occasion);
  all("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
  // On a phone the fault may be far below the top at which the page opens.
  document.querySelector(".first-fault")?.scrollIntoView({ block: "center" });
  document.addEventListener("submit", confirmFirst, true);
  document.addEventListener("submit", sendOnce);
});
window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => { delete form.dataset.sent; delete form.dataset.confirmed; }));
