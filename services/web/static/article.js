// On articles: print, share, text size, the browser's own Vietnamese voice, videos on a click, comments.
(() => {
  const root = document.documentElement;
  const one = (selector) => document.querySelector(selector);

  one("[data-print]")?.addEventListener("click", (event) => {
    event.preventDefault();
    print();
  });

  for (const size of document.querySelectorAll('[name="co-chu"]')) {
    if (size.id === (root.dataset.size || "chu-vua")) size.checked = true;
    size.addEventListener("change", () => {
      const usual = size.id === "chu-vua";
      if (usual) delete root.dataset.size;
      else root.dataset.size = size.id;
      try { usual ? localStorage.removeItem("co-chu") : localStorage.setItem("co-chu", size.id); } catch {}
    });
  }

  const share = one("[data-share]");
  if (share && (navigator.share || navigator.clipboard)) {
    const url = share.dataset.share;
    const word = share.querySelector(".word");
    if (!navigator.share) word.textContent = "Chép liên kết";
    share.hidden = false;
    share.addEventListener("click", async () => {
      try {
        if (navigator.share) return await navigator.share({ title: one("h1").textContent, url });
        await navigator.clipboard.writeText(url);
        word.textContent = "Đã chép liên kết";
      } catch {}
    });
  }

  const save = one("[data-save]");
  if (save && window.caches) {
    const url = new URL(save.dataset.save, location.href).href;
    const show = (kept) => {
      save.setAttribute("aria-pressed", kept);
      save.querySelector(".word").textContent = kept ? "Đã lưu" : "Lưu đọc sau";
    };
    const saved = caches.open("doc-sau");
    saved.then((cache) => cache.match(url)).then((held) => {
      show(!!held);
      save.hidden = false;
    }).catch(() => {});
    save.addEventListener("click", async () => {
      try {
        const cache = await saved;
        if (await cache.delete(url)) return show(false);
        await cache.add(url);
        show(true);
      } catch {}
    });
  }

  for (const link of document.querySelectorAll(".zoom")) {
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement) return;
      event.preventDefault();
      try {
        (await import(one("[data-box]").dataset.box)).enlarge(link);
      } catch {
        location.assign(link.href);
      }
    });
  }

  const speak = one("[data-speak]");
  if (speak && "speechSynthesis" in window) {
    const speech = speechSynthesis;
    const said = speak.querySelector(".word");
    // "vi-VN", and "vi_VN" on Android.
    const voice = () => speech.getVoices().find(({ lang }) => /^vi(?![a-z])/i.test(lang));
    const offer = () => { speak.hidden = !voice(); };
    const silence = () => {
      speech.cancel();
      said.textContent = "Nghe bài";
      speak.setAttribute("aria-pressed", false);
    };
    offer();
    speech.addEventListener?.("voiceschanged", offer);
    speak.addEventListener("click", () => {
      if (speak.getAttribute("aria-pressed") === "true") return silence();
      speech.cancel();
      // A paragraph at a time: some browsers stop long speeches.
      const parts = [...document.querySelectorAll(".story h1, .standfirst, .prose > :is(p, h2, h3, ul, ol, blockquote)")];
      parts.forEach((part, place) => {
        const words = new SpeechSynthesisUtterance(part.textContent);
        words.voice = voice();
        words.lang = "vi-VN";
        if (place === parts.length - 1) words.onend = silence;
        speech.speak(words);
      });
      said.textContent = "Dừng nghe";
      speak.setAttribute("aria-pressed", true);
    });
    addEventListener("pagehide", silence);
  }

  one("[data-embed]")?.addEventListener("click", (event) => {
    event.preventDefault();
    const frame = document.createElement("iframe");
    frame.src = event.currentTarget.dataset.embed;
    frame.title = "Video";
    frame.allow = "autoplay; fullscreen; picture-in-picture";
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    event.currentTarget.closest(".video").replaceChildren(frame);
    frame.focus();
  });

  // A comment is liked without leaving the page; which ones were stays in this browser, the last of them.
  const LIKED = "da-thich";
  let liked = [];
  try { liked = JSON.parse(localStorage.getItem(LIKED) || "[]"); } catch {}
  for (const like of document.querySelectorAll(".like")) {
    const number = like.querySelector("b");
    like.setAttribute("aria-pressed", liked.includes(like.value));
    like.addEventListener("click", async (event) => {
      event.preventDefault();
      if (like.getAttribute("aria-pressed") === "true" || like.ariaDisabled) return;
      like.ariaDisabled = "true";
      like.parentElement.querySelector(".problem")?.remove();
      let wrong = "Chưa gửi được lượt thích: mất mạng, hoặc máy chủ không trả lời.";
      try {
        const answer = await fetch(like.form.action, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ comment_id: +like.value }),
          signal: AbortSignal.timeout?.(20_000),
        });
        wrong = answer.ok ? "" : (await answer.json()).detail;
      } catch {}
      like.ariaDisabled = null;
      if (wrong) {
        const said = Object.assign(document.createElement("span"), { className: "problem", textContent: wrong });
        said.setAttribute("role", "alert");
        return like.parentElement.append(said);
      }
      like.setAttribute("aria-pressed", true);
      number.textContent = (+number.textContent.replace(/\D/g, "") + 1).toLocaleString("vi");
      liked = [...liked, like.value].slice(-500);
      try { localStorage.setItem(LIKED, JSON.stringify(liked)); } catch {}
    });
  }

  const form = one("[data-comment]");
  if (!form) return;
  const { text, parent_id: parent } = form.elements;
  const draft = `binh-luan-${location.pathname}`;
  try { text.value ||= sessionStorage.getItem(draft) || ""; } catch {}

  for (const reply of document.querySelectorAll("[data-reply]")) {
    reply.addEventListener("click", (event) => {
      event.preventDefault(); // following the link would take the focus away again
      parent.value = reply.dataset.reply;
      form.scrollIntoView({ block: "start" });
      text.focus({ preventScroll: true });
    });
  }
  // What sends it is fetched when somebody begins to write; until then the form goes the plain way.
  form.addEventListener("focusin", () => import(one("[data-sender]").dataset.sender).catch(() => {}), { once: true });
})();
