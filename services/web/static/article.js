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
    if (!navigator.share) share.textContent = "Chép liên kết";
    share.hidden = false;
    share.addEventListener("click", async () => {
      try {
        if (navigator.share) return await navigator.share({ title: one("h1").textContent, url });
        await navigator.clipboard.writeText(url);
        share.textContent = "Đã chép liên kết";
      } catch {}
    });
  }

  const speak = one("[data-speak]");
  if (speak && "speechSynthesis" in window) {
    const speech = speechSynthesis;
    const voice = () => speech.getVoices().find(({ lang }) => /^vi\b/i.test(lang));
    const offer = () => { speak.hidden = !voice(); };
    const silence = () => {
      speech.cancel();
      speak.textContent = "Nghe bài";
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
      speak.textContent = "Dừng nghe";
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

  const form = one("[data-comment]");
  for (const reply of document.querySelectorAll("[data-reply]")) {
    reply.addEventListener("click", () => {
      form.elements.parent_id.value = reply.dataset.reply;
      form.elements.text.focus({ preventScroll: true });
    });
  }
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const told = one("#da-nhan");
    button.disabled = true;
    let problem = form.querySelector(".problem");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(Object.fromEntries(new FormData(form))),
      });
      if (answer.ok) {
        problem?.remove();
        form.elements.text.value = "";
        told.classList.add("shown");
        told.scrollIntoView({ block: "center" });
      } else {
        const said = await answer.json();
        if (!problem) {
          problem = document.createElement("p");
          problem.className = "problem";
          problem.setAttribute("role", "alert");
          form.prepend(problem);
        }
        problem.textContent = (said.errors || []).map(({ message }) => message).join(" ") || said.detail;
      }
    } catch {
      form.submit(); // the plain way says what is wrong
    }
    button.disabled = false;
  });
})();
