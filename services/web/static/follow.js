// Topics that a reader follows: their names stay in this browser alone (kept.js lists them).
(() => {
  const button = document.querySelector("[data-follow]");
  if (!button) return;
  const { follow: path, name } = button.dataset;
  const followed = () => JSON.parse(localStorage.getItem("theo-doi") || "[]");
  const show = () => {
    const is = followed().some((one) => one.path === path);
    button.setAttribute("aria-pressed", is);
    button.textContent = is ? "Đang theo dõi" : "Theo dõi";
  };
  try {
    show();
    button.hidden = false;
  } catch { return; }
  button.addEventListener("click", () => {
    const others = followed().filter((one) => one.path !== path);
    const is = button.getAttribute("aria-pressed") === "true";
    try { localStorage.setItem("theo-doi", JSON.stringify(is ? others : [{ path, name }, ...others])); } catch {}
    show();
  });
})();
