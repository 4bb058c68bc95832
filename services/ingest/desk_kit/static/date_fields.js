// Days and hours as Vietnamese write them, whatever the browser's language: it shows its own fields in its own form. Each
// keeps what is sent; beside it stands what people read and type, and its calendar opens at a button.

const two = (number) => String(number).padStart(2, "0");
const day = (iso) => iso.replace(/^(\d+)-(\d\d)-(\d\d)$/, "$3/$2/$1");
const isoDay = (words) => words.replace(/^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/, (_, d, m, y) => `${y}-${two(m)}-${two(d)}`);
const isoHour = (words) => words.replace(/^(\d{1,2})[:hg](\d\d)$/i, (_, hour, minute) => `${two(hour)}:${minute}`);

// A browser complains of what is none.
const isHour = (iso) => /^([01]\d|2[0-3]):[0-5]\d$/.test(iso);
const isDay = (iso) => {
  const at = /^\d{4}-\d\d-\d\d$/.test(iso) ? new Date(`${iso}T00:00:00Z`) : NaN;
  return !Number.isNaN(Number(at)) && at.toISOString().startsWith(iso);
};

const FORMS = {
  date: { hint: "ngày/tháng/năm", shown: day, meant: isoDay, is: isDay },
  time: { hint: "giờ:phút", shown: (iso) => iso.slice(0, 5), meant: isoHour, is: isHour },
  month: {
    hint: "tháng/năm",
    shown: (iso) => iso.replace(/^(\d+)-(\d\d)$/, "$2/$1"),
    meant: (words) => words.replace(/^(\d{1,2})[/.-](\d{4})$/, (_, month, year) => `${year}-${two(month)}`),
    is: (iso) => isDay(`${iso}-01`),
  },
  "datetime-local": {
    hint: "giờ:phút ngày/tháng/năm",
    shown: (iso) => (iso ? `${iso.slice(11, 16)} ${day(iso.slice(0, 10))}` : ""),
    meant: (words) => {
      const [hour, date] = words.split(/[,\s]+/);
      return date ? `${isoDay(date)}T${isoHour(hour)}` : words;
    },
    is: (iso) => isDay(iso.slice(0, 10)) && isHour(iso.slice(11)),
  },
};
const KINDS = Object.keys(FORMS).map((kind) => `input[type="${kind}"]`).join(", ");

function made(native) {
  const { hint, shown, meant, is } = FORMS[native.type];
  const text = document.createElement("input");
  text.type = "text";
  text.autocomplete = "off";
  text.placeholder = hint;
  text.value = shown(native.value);
  text.required = native.required;
  text.disabled = native.matches(":disabled");
  native.required = false;
  if (native.id) {
    text.id = native.id;
    native.removeAttribute("id");
  }
  native.tabIndex = -1;
  native.ariaHidden = "true";
  native.classList.add("sr");
  const read = () => {
    // The browser's own form is understood too.
    const iso = meant(text.value.trim());
    native.value = is(iso) ? iso : "";
    text.setCustomValidity(iso && !native.value ? `Hãy viết như ${hint}.` : "");
  };
  text.addEventListener("input", read);
  text.addEventListener("change", () => { if (native.value) text.value = shown(native.value); });
  native.addEventListener("input", () => { text.value = shown(native.value); text.setCustomValidity(""); });
  const row = document.createElement("span");
  row.className = "date-field";
  native.replaceWith(row);
  row.append(text, native);
  if (native.showPicker && !text.disabled) row.append(opener(native));
}

function opener(native) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain mini";
  button.textContent = "▾";
  button.ariaLabel = "Chọn trên lịch";
  button.addEventListener("click", () => native.showPicker());
  return button;
}

for (const native of document.querySelectorAll(KINDS)) made(native);
document.documentElement.dataset.dates = "ready";
