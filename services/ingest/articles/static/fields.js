// The form of an article as one value, with the fields of the server's draft, and back.

const line = (words) => words.normalize("NFC").replace(/\s+/g, " ").trim();
const prose = (words) => words.normalize("NFC").replaceAll("\r\n", "\n").trim();
const PICTURE = ["url", "caption", "credit", "alt", "focus"];
const LINES = [
  "title", "kicker", "card_title", "search_title", "event", "dateline", "video_url", "social_image", "related", "source", "print_page",
];
const CHOICES = { section: "", second_section: "", kind: "article", language: "vi", comments: "" };
const each = (names, made) => Object.fromEntries(names.map((name) => [name, made(name)]));

export function fieldsOf(form) {
  const field = (name) => form.elements.namedItem(name);
  const textarea = document.getElementById("body");
  let editor = null;
  let composing = null;

  // An input method is not disturbed in the middle of a letter.
  document.addEventListener("compositionstart", () => {
    let done;
    composing = { promise: new Promise((ended) => { done = ended; }), done: () => done() };
  });
  document.addEventListener("compositionend", () => { composing?.done(); composing = null; });

  const rows = (list, selector) => [...document.querySelectorAll(`${list} > ${selector}`)];
  const value = (row, name) => row.querySelector(`[name=${name}]`).value;

  function read() {
    if (editor) textarea.value = editor.html();
    return {
      ...each([...LINES, ...Object.keys(CHOICES)], (name) => field(name).value),
      summary: field("summary").value,
      body: textarea.value,
      tags: field("tags").value.split(","),
      people: rows("#people", ".person").map((row) => [value(row, "person_name"), value(row, "person_roles")]),
      images: rows(".pictures", ".picture").map((row) =>
        each(PICTURE, (name) => value(row, `image_${name}`))),
    };
  }

  // As the server would say the same: two drafts that differ only in how they are written are alike. One that an older
  // page kept has fewer fields.
  function normal(draft) {
    return {
      ...each(LINES, (name) => line(draft[name] ?? "")),
      ...each(Object.keys(CHOICES), (name) => draft[name] || CHOICES[name]),
      summary: prose(draft.summary),
      body: editor ? editor.normal(draft.body) : draft.body,
      tags: [...new Set(draft.tags.map(line).filter(Boolean))],
      people: draft.people.map((person) => person.map(line)).filter(([name]) => name),
      images: draft.images
        .map((image) => each(PICTURE, (name) => line(image[name] ?? "")))
        // The middle is what nobody has said.
        .map((image) => ({ ...image, focus: image.focus === "0.5,0.5" ? "" : image.focus }))
        .filter((image) => PICTURE.some((name) => image[name])),
    };
  }

  function fill(draft) {
    const now = normal(read());
    const differs = (name) => JSON.stringify(now[name]) !== JSON.stringify(draft[name]);
    for (const name of [...LINES, ...Object.keys(CHOICES), "summary"]) {
      if (!differs(name)) continue;
      field(name).value = draft[name];
      field(name).dispatchEvent(new Event("refill"));
    }
    if (differs("tags")) field("tags").value = draft.tags.join(", ");
    if (differs("body") && editor) editor.take(draft.body);
    if (differs("people")) {
      const people = draft.people.length ? draft.people : [["", ""]];
      document.getElementById("people").replaceChildren(...people.map(([name, roles]) =>
        rowOf("person-row", { person_name: name, person_roles: roles })));
    }
    if (differs("images")) document.querySelector(".pictures").replaceChildren(...draft.images.map(pictureRow));
    for (const area of form.querySelectorAll("textarea.headline, #summary")) area.dispatchEvent(new Event("refit"));
  }

  return {
    read,
    normal,
    fill,
    settled: () => composing?.promise ?? Promise.resolve(),
    write: (made) => { editor = made; },
  };
}

// A draft as the form sends it, with where it stands at the server.
export function pairsOf(draft, { key, sequence, version }) {
  const names = [...LINES, ...Object.keys(CHOICES), "summary", "body"];
  return [
    ["key", key],
    ["sequence", sequence],
    ...(version ? [["version", version]] : []),
    ...names.map((name) => [name, draft[name] ?? CHOICES[name] ?? ""]),
    ["tags", draft.tags.join(",")],
    ...draft.people.flatMap(([name, roles]) => [["person_name", name], ["person_roles", roles]]),
    ...draft.images.flatMap((image) => PICTURE.map((name) => [`image_${name}`, image[name]])),
  ];
}

export function pictureRow(media) {
  const names = Object.fromEntries(PICTURE.map((name) => [`image_${name}`, String(media[name] ?? "")]));
  const row = rowOf("image-row", names);
  row.dataset.url = media.url;
  const thumb = row.querySelector("img");
  if (media.url) thumb.src = media.thumb || media.url;
  thumb.hidden = !media.url;
  return row;
}

export function rowOf(template, values) {
  const row = document.getElementById(template).content.firstElementChild.cloneNode(true);
  for (const [name, given] of Object.entries(values)) row.querySelector(`[name=${name}]`).value = given;
  return row;
}
