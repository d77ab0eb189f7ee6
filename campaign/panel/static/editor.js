// The form of a message: what the language check finds, under the words as one types; local facts; reading times.
// Conveniences only: without this file the same findings stand on the page of the message after saving.
"use strict";

(() => {
  const PAUSE = 300; // ms without a key before the words are looked at
  const form = document.querySelector("form[data-check-url]");
  const token = form.elements.csrf_token.value;
  const fields = new Map(); // the checked boxes, by name

  async function ask(url, body) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
      redirect: "manual", // a log-in that has run out answers with a page
    });
    return answer.ok ? answer.json() : null;
  }

  const later = (act) => {
    let timer = 0;
    return () => { clearTimeout(timer); timer = setTimeout(act, PAUSE); };
  };

  // ---------------------------------------------------------------- changing text

  // Put words in place of box.value[start, end]: as if typed, so that undo takes them back.
  function type(box, start, end, words) {
    box.focus();
    box.setSelectionRange(start, end);
    if (document.execCommand("insertText", false, words)) return;
    box.setRangeText(words, start, end, "end");
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  // An alternative as it stands in a sentence: with a capital where one begins, without a full stop in the middle.
  function fitted(words, before, after) {
    const begins = /(^|[.!?…]["”’)]*\s+|\n\s*[-–*]?\s*)$/.test(before);
    const first = [...words][0] ?? "";
    const begun = begins ? first.toLocaleUpperCase("vi") + words.slice(first.length) : words;
    return /^\s*[.,;:!?…]/.test(after) ? begun.replace(/[.…]$/, "") : begun;
  }

  // ---------------------------------------------------------------- one box

  // <textarea data-check> or <input data-check>: a mirror behind it carries the underlines, a list below the reasons.
  class Field {
    constructor(box) {
      this.box = box;
      this.value = box.value;
      this.findings = []; // with start and end in UTF-16 units of `value`
      this.shown = "";
      this.mirror = document.createElement("div");
      this.mirror.className = "mirror";
      this.mirror.setAttribute("aria-hidden", "true");
      const frame = document.createElement("div");
      frame.className = "mirrored";
      box.replaceWith(frame);
      frame.append(this.mirror, box);
      this.list = document.createElement("ul");
      this.list.className = "findings";
      this.list.id = `${box.id}-findings`;
      this.list.setAttribute("aria-live", "polite");
      frame.parentElement.append(this.list);
      const about = box.getAttribute("aria-describedby") ?? "";
      box.setAttribute("aria-describedby", `${about} ${this.list.id}`.trim());
      box.addEventListener("input", () => this.changed());
      for (const moved of ["scroll", "keyup", "select", "blur"]) box.addEventListener(moved, () => this.follow());
      new ResizeObserver(() => this.fit()).observe(box);
    }

    // What was found moves along with the text around it until the server has spoken again.
    changed() {
      const [old, now] = [this.value, this.box.value];
      const most = Math.min(old.length, now.length);
      let head = 0;
      while (head < most && old[head] === now[head]) head += 1;
      let tail = 0;
      while (tail < most - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
      const [grown, rest] = [now.length - old.length, old.length - tail];
      this.findings = this.findings
        .filter((found) => found.end <= head || found.start >= rest)
        .map((found) => (found.end <= head ? found : { ...found, start: found.start + grown, end: found.end + grown }));
      this.value = now;
      this.draw();
    }

    // The answer to `text`; code points there are UTF-16 units here.
    take(text, findings) {
      if (text !== this.box.value) return;
      const at = [0];
      for (const letter of text) at.push(at.at(-1) + letter.length);
      this.value = text;
      this.findings = findings.map((found) => ({ ...found, start: at[found.start], end: at[found.end] }));
      this.draw();
    }

    draw() {
      const pieces = [];
      let done = 0;
      for (const { start, end, severity } of this.findings) {
        const mark = document.createElement("mark");
        mark.className = `found found-${severity}`;
        mark.textContent = this.value.slice(start, end);
        pieces.push(this.value.slice(done, start), mark);
        done = end;
      }
      // A last line break has no height of its own in a <div>.
      this.mirror.replaceChildren(...pieces, `${this.value.slice(done)}\n`);
      this.fit();
      this.explain();
      total();
    }

    explain() {
      const shown = JSON.stringify(this.findings.map(({ rule, severity, text }) => [rule, severity, text]));
      if (shown === this.shown) return; // read aloud once, not at every key
      this.shown = shown;
      this.list.replaceChildren(...this.findings.map((found, number) => this.reason(found, number)));
    }

    reason(found, number) {
      const row = document.querySelector(`template[data-finding="${found.severity}"]`).content.cloneNode(true);
      const where = row.querySelector(".where");
      where.textContent = `“${found.text}”`;
      where.addEventListener("click", () => this.point(number));
      row.querySelector(".why").textContent = found.message;
      row.querySelector(".instead").append(...found.alternatives.map((words) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn-light btn-sm";
        button.textContent = words;
        button.title = `Thay “${found.text}” bằng “${words}”`;
        button.addEventListener("click", () => this.replace(number, words));
        return button;
      }));
      return row;
    }

    replace(number, words) {
      const { start, end, text } = this.findings[number];
      if (this.box.value.slice(start, end) !== text) return;
      type(this.box, start, end, fitted(words, this.box.value.slice(0, start), this.box.value.slice(end)));
    }

    point(number) {
      const { start, end } = this.findings[number];
      for (let part = this.box; part; part = part.parentElement) {
        if (part.matches("details")) part.open = true;
        if (part.matches(".panel[hidden]")) document.getElementById(part.getAttribute("aria-labelledby")).click();
      }
      this.box.focus();
      this.box.setSelectionRange(start, end);
      this.box.scrollIntoView({ block: "center" });
    }

    // The mirror has the size, the letters and the place of the box's own text.
    fit() {
      const look = getComputedStyle(this.box);
      const style = this.mirror.style;
      for (const name of ["font", "letterSpacing", "padding", "textIndent", "borderWidth"]) style[name] = look[name];
      style.lineHeight = look.lineHeight;
      style.whiteSpace = this.box.tagName === "TEXTAREA" ? "pre-wrap" : "pre";
      style.width = `${this.box.clientWidth + parseFloat(look.borderLeftWidth) + parseFloat(look.borderRightWidth)}px`;
      style.height = `${this.box.offsetHeight}px`;
      this.follow();
    }

    follow() {
      this.mirror.scrollTop = this.box.scrollTop;
      this.mirror.scrollLeft = this.box.scrollLeft;
    }
  }

  // ---------------------------------------------------------------- all boxes

  const unchecked = new Set();

  async function check() {
    const texts = Object.fromEntries([...unchecked].map((name) => [name, fields.get(name).box.value]));
    unchecked.clear();
    try {
      const found = await ask(form.dataset.checkUrl, { register: form.elements.register.value, fields: texts });
      for (const name of Object.keys(found ?? {})) fields.get(name).take(texts[name], found[name]);
    } catch {
      for (const name of Object.keys(texts)) unchecked.add(name); // offline: with the next key
    }
  }

  const soon = later(check);
  const look = (names) => { for (const name of names) unchecked.add(name); soon(); };

  // How many places want a look, in the bar at the bottom; each press leads to the next. Errors ask before submitting.
  const next = form.querySelector("[data-next]");
  let visited = 0;

  const everything = () => [...fields.values()].flatMap((field) => field.findings.map((found, number) => ({ field, found, number })));

  function total() {
    const found = everything();
    const errors = found.filter((one) => one.found.severity === "error").length;
    next.hidden = !found.length;
    next.classList.toggle("tone-red", errors > 0);
    next.classList.toggle("tone-amber", !errors);
    next.querySelector("span").textContent = errors ? `${errors} lỗi` : `${found.length} nhắc nhở`;
    next.title = "Xem chỗ kế tiếp";
    const submit = form.querySelector('button[name="submit"]');
    if (errors) {
      submit.dataset.confirm = `Còn ${errors} lỗi về lời. Người duyệt sẽ phải bỏ qua có lý do. Vẫn gửi duyệt?`;
      submit.dataset.confirmYes = "Vẫn gửi";
    } else {
      delete submit.dataset.confirm;
    }
  }

  next.addEventListener("click", () => {
    const found = everything();
    const { field, number } = found[visited++ % found.length];
    field.point(number);
  });

  // ---------------------------------------------------------------- local facts

  const places = document.getElementById("places");
  let writing = null; // the box that the dialog was opened from

  places.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    places.close();
    if (!button.value) return;
    // A value is a word of the sentence.
    const space = /\S$/.test(writing.value.slice(0, writing.selectionStart)) ? " " : "";
    type(writing, writing.selectionStart, writing.selectionEnd, `${space}{{${button.value}}}`);
  });

  // <textarea data-insert>: a button below that puts {{name}} where the caret is.
  function insertable(box) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "insert";
    button.textContent = "Chèn thông tin địa phương";
    button.addEventListener("click", () => { writing = box; places.showModal(); });
    box.after(button);
  }

  // ---------------------------------------------------------------- reading time

  // <textarea data-reading="120-180">: how long it takes to read out, and whether that lies between these seconds.
  function timed(box) {
    const [least, most] = box.dataset.reading.split("-").map(Number);
    const line = document.createElement("p");
    line.className = "reading";
    line.setAttribute("role", "status");
    box.parentElement.append(line);
    const show = async () => {
      const text = box.value.trim();
      const time = text ? await ask(form.dataset.readingUrl, { text }).catch(() => null) : null;
      if (text !== box.value.trim()) return;
      const span = time && most ? (time.seconds < least && ", ngắn hơn 2 phút") || (time.seconds > most && ", dài hơn 3 phút") || "" : "";
      line.textContent = time ? `Đọc ${time.words}${span}` : "";
    };
    box.addEventListener("input", later(show));
    show();
  }

  // ---------------------------------------------------------------- rows

  // <button data-more="#rows">: show the next of the spare rows (they are plain rows without JavaScript).
  function more(button) {
    const spare = () => all(".spare[hidden]", document.querySelector(button.dataset.more));
    for (const row of all(".spare", document.querySelector(button.dataset.more))) row.hidden = true;
    button.hidden = !spare().length;
    button.addEventListener("click", () => {
      const [row] = spare();
      row.hidden = false;
      row.querySelector("input, textarea").focus();
      button.hidden = !spare().length;
    });
  }

  for (const box of all("[data-check]", form)) {
    fields.set(box.name, new Field(box));
    box.addEventListener("input", () => look([box.name]));
  }
  all("[data-insert]", form).forEach(insertable);
  all("[data-reading]", form).forEach(timed);
  all("[data-more]", form).forEach(more);
  const written = () => [...fields.keys()].filter((name) => fields.get(name).box.value);
  form.elements.register.addEventListener("change", () => look(written()));
  look(written());
})();
