// Comments are sent without leaving the page, and what is wrong is said where the reader is.
const form = document.querySelector("[data-comment]");
const { text, parent_id: parent } = form.elements;
const button = form.querySelector("button");
const told = document.querySelector("#da-nhan");
const draft = `binh-luan-${location.pathname}`;
const hold = (value) => {
  try { value ? sessionStorage.setItem(draft, value) : sessionStorage.removeItem(draft); } catch {}
};
text.addEventListener("input", () => hold(text.value));
if (text.value) hold(text.value);

const clear = () => {
  for (const said of form.querySelectorAll(".problem")) said.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
};
// Beside the field that is wrong, which gets the focus; beside the button where it is none.
const complain = (problems) => {
  clear();
  for (const [place, { field, message }] of problems.entries()) {
    const input = field && form.elements[field];
    const said = document.createElement("p");
    said.className = "problem";
    said.id = `bl-sai-${place}`;
    said.setAttribute("role", "alert");
    said.textContent = message;
    if (input) {
      input.after(said);
      input.setAttribute("aria-invalid", true);
      input.setAttribute("aria-describedby", said.id);
    } else button.parentElement.before(said);
  }
  (form.querySelector("[aria-invalid]") || button).focus();
};
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.ariaDisabled) return; // under way
  button.ariaDisabled = "true";
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
      signal: AbortSignal.timeout?.(20_000),
    });
    if (answer.ok) {
      clear();
      text.value = "";
      if (parent) parent.value = "";
      hold("");
      told.classList.add("shown");
      told.focus();
    } else {
      const said = await answer.json();
      complain(said.errors?.length ? said.errors : [{ message: said.detail }]);
    }
  } catch {
    complain([{ message: "Chưa gửi được: mất mạng, hoặc máy chủ không trả lời. Ý kiến của bạn vẫn còn đây, hãy gửi lại sau." }]);
  }
  button.ariaDisabled = null;
});
form.dataset.comment = "ready";
