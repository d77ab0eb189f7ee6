// The plan page: a moved slider shows its calendar at once. Without this file the button "Tính lại" does the same.
"use strict";

const PAUSE = 150; // ms without a further move before the calendar is asked for

// <form data-plan="address of the right side">, with range inputs data-slides="name of a number field".
function planner(form) {
  const place = document.getElementById("proposal");
  const said = document.getElementById("plan-said");
  const sliders = [...form.querySelectorAll("[data-slides]")];
  let waiting = 0;
  let asked = new AbortController();
  let onlyChanges = false;

  const fail = () => {
    said.textContent = "Chưa tính lại được; hãy xem lại kết nối mạng rồi tải lại trang.";
    place.removeAttribute("aria-busy");
  };

  async function show(isExact) {
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    const values = new URLSearchParams(new FormData(form));
    history.replaceState(null, "", `?${values}`);
    if (!isExact) values.set("nhanh", "1");
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${form.dataset.plan}?${values}`, { signal });
      if (answer.redirected) { location.reload(); return; } // the log-in has run out
      if (!answer.ok) { fail(); return; }
      const page = await answer.text();
      if (!signal.aborted) put(page, isExact);
    } catch (error) {
      if (error.name !== "AbortError") fail();
    }
  }

  function put(page, isExact) {
    const hadFocus = place.contains(document.activeElement);
    place.innerHTML = page;
    place.removeAttribute("aria-busy");
    const sentence = place.querySelector("[data-said]");
    const changes = place.querySelector("[data-only-changes]");
    if (changes) changes.checked = onlyChanges;
    place.classList.toggle("only-changes-shown", onlyChanges && Boolean(changes));
    if (hadFocus && sentence) sentence.focus();
    if (isExact) said.textContent = (sentence || place).textContent.trim();
  }

  const later = (isExact) => {
    clearTimeout(waiting);
    waiting = setTimeout(show, PAUSE, isExact);
  };

  // Not form.elements: a button on the right side that lowers an aim bears the name of its field.
  const field = (name) => form.querySelector(`input[name="${name}"]`);
  const slide = (slider) => {
    const { value, placeholder } = field(slider.dataset.slides);
    slider.value = value || placeholder;
  };

  function percentages() {
    const shares = [...form.querySelectorAll("[data-shares] input")];
    const total = shares.reduce((sum, share) => sum + Number(share.value), 0);
    for (const share of shares) {
      share.closest(".share").querySelector("output").textContent = `${Math.round((100 * share.value) / total)}%`;
    }
  }

  form.addEventListener("input", (event) => {
    const moved = event.target;
    if (moved.dataset.slides) field(moved.dataset.slides).value = moved.value;
    else sliders.filter((slider) => slider.dataset.slides === moved.name).forEach(slide);
    percentages();
    later(false);
  });
  form.addEventListener("change", () => later(true));
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "in" || event.submitter?.name === "tu") return;
    event.preventDefault();
    later(true);
  });
  place.addEventListener("click", (event) => {
    const button = event.target.closest("[data-lower]");
    if (!button) return;
    event.preventDefault();
    field(button.name).value = button.value;
    sliders.forEach(slide);
    show(true);
  });
  place.addEventListener("change", (event) => {
    if (!event.target.matches("[data-only-changes]")) return;
    onlyChanges = event.target.checked;
    place.classList.toggle("only-changes-shown", onlyChanges);
  });
  document.addEventListener("click", (event) => {
    for (const open of place.querySelectorAll(".slot[open]")) if (!open.contains(event.target)) open.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") place.querySelectorAll(".slot[open]").forEach((slot) => { slot.open = false; });
  });
  sliders.forEach(slide);
  if (matchMedia("(max-width: 991.98px)").matches) form.querySelector("details").open = false;
}

document.querySelectorAll("form[data-plan]").forEach(planner);
