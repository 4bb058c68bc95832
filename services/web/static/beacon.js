// One view of an article: its page was visible for a second. What the browser loads ahead is not visible.
(() => {
  const token = document.querySelector('meta[name="view-token"]')?.content;
  if (!token) return;
  let sent = false, since = 0, timer = 0;

  const send = () => {
    if (sent) return;
    sent = true;
    const body = JSON.stringify({ token, referrer: document.referrer });
    if (!navigator.sendBeacon?.("/api/views", body)) {
      fetch("/api/views", { method: "POST", body, keepalive: true }).catch(() => {});
    }
  };
  const watch = () => {
    clearTimeout(timer);
    if (sent) return;
    if (document.visibilityState === "visible" && !document.prerendering) {
      since = performance.now();
      timer = setTimeout(send, 1000);
    } else if (since && performance.now() - since >= 1000) {
      send(); // the timer was late
    } else {
      since = 0;
    }
  };
  document.addEventListener("visibilitychange", watch);
  document.addEventListener("prerenderingchange", watch);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sent = false; // back from the browser's memory: a page view of its own
    since = 0;
    watch();
  });
  watch();
})();
