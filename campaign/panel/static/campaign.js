// The form of a campaign: conveniences only, the form works without this file.
"use strict";

// <p data-peak-offers="#rows"> with buttons data-first, data-last, data-name: those days that lie in the campaign's
// dates are offered; a click fills the first empty row with what of them lies inside.
function peakOffers(offers) {
  const form = offers.closest("form");
  const rows = () => [...document.querySelectorAll(`${offers.dataset.peakOffers} fieldset`)];
  const field = (row, part) => row.querySelector(`[name^="peak-${part}-"]`);
  const dates = () => [form.elements.starts_on.value, form.elements.ends_on.value];
  const show = () => {
    const [first, last] = dates();
    const taken = new Set(rows().map((row) => field(row, "name").value));
    for (const button of offers.querySelectorAll("button")) {
      const isInside = first && last && button.dataset.first <= last && button.dataset.last >= first;
      const isWhole = button.dataset.first <= first && button.dataset.last >= last;
      button.hidden = !isInside || isWhole || taken.has(button.dataset.name);
    }
    offers.hidden = !offers.querySelector("button:not([hidden])");
  };
  offers.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const row = button && rows().find((each) => !field(each, "name").value && !field(each, "first").value);
    if (!row) return;
    const [first, last] = dates();
    row.hidden = false;
    field(row, "name").value = button.dataset.name;
    field(row, "first").value = button.dataset.first > first ? button.dataset.first : first;
    field(row, "last").value = button.dataset.last < last ? button.dataset.last : last;
    field(row, "factor").focus();
    row.dispatchEvent(new Event("input", { bubbles: true }));
  });
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
}

document.querySelectorAll("[data-peak-offers]").forEach(peakOffers);
