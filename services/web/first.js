// What a reader chose last, before anything is painted.
try {
  const root = document.documentElement;
  const theme = localStorage.getItem("nen");
  const size = localStorage.getItem("co-chu");
  if (theme) root.dataset.theme = theme;
  if (size) root.dataset.size = size;
} catch {}
