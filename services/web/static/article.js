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

  const pictures = [...document.querySelectorAll(".zoom")];
  if (pictures.length && window.HTMLDialogElement) {
    const box = document.createElement("dialog");
    box.className = "box";
    box.innerHTML = '<button type="button" data-by="-1" aria-label="Ảnh trước">‹</button><figure></figure>' +
      '<button type="button" data-by="1" aria-label="Ảnh sau">›</button>' +
      '<button type="button" data-close aria-label="Đóng">×</button>';
    let shown = 0;
    const show = (number) => {
      shown = (number + pictures.length) % pictures.length;
      const link = pictures[shown];
      const picture = link.firstElementChild.cloneNode(true);
      for (const one of picture.querySelectorAll("[sizes]")) one.sizes = "100vw";
      const caption = link.closest("figure").querySelector("figcaption")?.cloneNode(true);
      box.querySelector("figure").replaceChildren(picture, ...(caption ? [caption] : []));
    };
    box.addEventListener("click", ({ target }) => {
      if (target.dataset.by) show(shown + Number(target.dataset.by));
      else if (target === box || "close" in target.dataset) box.close();
    });
    box.addEventListener("keydown", ({ key }) => {
      if (key === "ArrowLeft" || key === "ArrowRight") show(shown + (key === "ArrowLeft" ? -1 : 1));
    });
    box.classList.toggle("single", pictures.length === 1);
    document.body.append(box);
    pictures.forEach((link, number) => link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(number);
      box.showModal();
    }));
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

  const form = one("[data-comment]");
  if (!form) return;
  const { text, parent_id: parent } = form.elements;
  const button = form.querySelector("button");
  const told = one("#da-nhan");
  const draft = `binh-luan-${location.pathname}`;
  const hold = (value) => {
    try { value ? sessionStorage.setItem(draft, value) : sessionStorage.removeItem(draft); } catch {}
  };
  try { text.value ||= sessionStorage.getItem(draft) || ""; } catch {}
  text.addEventListener("input", () => hold(text.value));

  for (const reply of document.querySelectorAll("[data-reply]")) {
    reply.addEventListener("click", (event) => {
      event.preventDefault(); // following the link would take the focus away again
      parent.value = reply.dataset.reply;
      form.scrollIntoView({ block: "start" });
      text.focus({ preventScroll: true });
    });
  }

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
})();
