// The forms of story blocks: which kind, then its fields as its schema names them. The server makes the block.

import { Away, ask, post } from "./net.js";

// `pickMedia(kind, take)` opens the store of media. Returns what the editor asks of blocks.
export function storyBlocks({ richtext, pickMedia }) {
  let asked = null;
  let blockForm = null;
  // Who only writes waits for none of this.
  const forms = () => import("./block_form.js").then((module) => { blockForm = module.blockForm; }, () => { throw new Away(); });
  const kinds = () => (asked ??= Promise.all([ask("/desk/khoi"), forms()]).then(([told]) => told.kinds)
    .catch((error) => { asked = null; throw error; }));

  // One opening, with a dialog of its own: one that is closing takes nothing from the next. `fill(dialog, done)` puts
  // its content in, `done(html)` closes it.
  const opened = (fill) => new Promise((resolve) => {
    const opener = document.activeElement;
    const dialog = document.body.appendChild(document.createElement("dialog"));
    dialog.className = "dialog wide";
    dialog.setAttribute("aria-labelledby", "block-title");
    let html = null;
    fill(dialog, (made) => { html = made; dialog.close(); });
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (!document.querySelector("dialog[open]")) opener?.focus?.();
      resolve(html);
    }, { once: true });
    dialog.showModal();
  });

  const head = (words) => {
    const row = element("div", "head");
    const title = element("h2", "", words);
    title.id = "block-title";
    const close = element("button", "mini", "Đóng");
    close.type = "button";
    close.dataset.close = "";
    row.append(title, close);
    return row;
  };

  const away = (error) => {
    const words = error instanceof Away ? "Mất kết nối nên chưa mở được; hãy thử lại." : error.message;
    return opened((dialog) => dialog.replaceChildren(head("Khối"), element("p", "fault", words)));
  };

  const form = async (dialog, kind, fields, done) => {
    const { createRichField } = await import(richtext);
    const made = blockForm(kind, fields, { createRichField, pickMedia, titleOf });
    const save = element("button", "button primary", "Xong");
    const row = element("p", "actions");
    row.append(save);
    made.form.append(row);
    made.form.addEventListener("submit", async (event) => {
      event.preventDefault();
      save.disabled = true;
      try {
        const told = await post("/desk/khoi", { kind: kind.kind, fields: JSON.stringify(made.read()) });
        done(told.html);
      } catch (error) {
        made.refuse(error instanceof Away ? { message: "Mất kết nối: khối chưa được chèn, những gì bạn điền còn nguyên." } : error);
      } finally {
        save.disabled = false;
      }
    });
    dialog.replaceChildren(head(kind.label), made.form);
    dialog.addEventListener("close", made.close, { once: true });
    made.focus();
  };

  return {
    look(html) {
      styled();
      return post("/desk/khoi", { html });
    },
    async insert() {
      let every;
      try { every = await kinds(); } catch (error) { return away(error); }
      return opened((dialog, done) => {
        const list = element("ul", "tiles");
        list.append(...every.map((kind) => {
          const row = document.createElement("li");
          const button = element("button", "tile");
          button.type = "button";
          button.append(element("strong", "", kind.label), element("span", "small quiet", kind.hint));
          button.addEventListener("click", () => form(dialog, kind, {}, done));
          row.append(button);
          return row;
        }));
        dialog.replaceChildren(head("Chèn khối"), list);
      });
    },
    async edit(html) {
      let every, told;
      try { [every, told] = await Promise.all([kinds(), post("/desk/khoi", { html })]); } catch (error) { return away(error); }
      const kind = every.find((one) => one.kind === told.kind);
      return kind && told.fields ? opened((dialog, done) => { form(dialog, kind, told.fields, done); }) : null;
    },
  };
}

// What cannot be told now is typed.
const titleOf = (url) => ask(`/desk/khoi/tit?${new URLSearchParams({ dia_chi: url })}`).then((told) => told.title, () => "");

// How readers see blocks; asked for when there is one.
function styled() {
  if (document.getElementById("block-style")) return;
  const style = document.createElement("link");
  Object.assign(style, { id: "block-style", rel: "stylesheet", href: "/desk/khoi.css" });
  document.head.append(style);
}

function element(tag, kind, words = "") {
  const made = document.createElement(tag);
  made.className = kind;
  made.textContent = words;
  return made;
}
