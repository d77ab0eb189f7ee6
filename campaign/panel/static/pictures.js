// <form data-card="address of the preview">: the card is drawn again while its words are typed. Without this file the
// button "Xem thử" does the same.
"use strict";

const PAUSE = 350;

function cardMaker(form) {
  const picture = form.querySelector("[data-card-picture]");
  const words = form.querySelector("[data-card-words]");
  let waiting = 0;
  let latest = 0;
  const say = (sentence) => {
    words.textContent = sentence;
    words.hidden = !sentence;
    picture.hidden = Boolean(sentence);
  };
  const show = async () => {
    const asked = ++latest;
    const values = new URLSearchParams(new FormData(form));
    values.delete("csrf_token");
    values.delete("draft");
    if (!values.get("text").trim()) { say("Viết câu để xem thẻ."); return; }
    try {
      const answer = await fetch(`${form.dataset.card}?${values}`);
      const drawn = answer.ok ? await answer.blob() : null;
      const sentence = answer.ok ? "" : answer.status === 422 ? await answer.text() : "Chưa xem thử được; hãy tải lại trang.";
      if (asked !== latest) return;
      if (drawn) {
        URL.revokeObjectURL(picture.src);
        picture.src = URL.createObjectURL(drawn);
      }
      say(sentence);
    } catch {
      if (asked === latest) say("Chưa xem thử được; hãy xem lại kết nối mạng.");
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.name === "draft") return;
    clearTimeout(waiting);
    waiting = setTimeout(show, PAUSE);
  });
}

document.querySelectorAll("form[data-card]").forEach(cardMaker);
