// Sends an import file as it is, with progress; lists of running imports come again by themselves.

const form = document.getElementById("upload");
const $ = (id) => document.getElementById(id);

if (form) form.querySelector("button").disabled = false;
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const file = $("file").files[0];
  if (!file) return;
  const query = new URLSearchParams({
    ten: file.name,
    "dinh-dang": $("format").value,
    thu: $("trial").checked ? "1" : "",
    nhap: $("drafts").checked ? "1" : "",
    anh: $("pictures").checked ? "1" : "",
  });
  const button = form.querySelector("button");
  const request = new XMLHttpRequest();
  request.open("POST", `${form.action}?${query}`);
  request.setRequestHeader("X-CSRF-Token", document.querySelector('meta[name="csrf"]').content);
  request.setRequestHeader("Accept", "application/json");
  request.upload.onprogress = (sent) => { $("progress").value = sent.loaded / sent.total; };
  request.onload = () => {
    if (request.status === 201) location.reload();
    else say(reason(request.responseText));
  };
  request.onerror = () => say("Mất kết nối khi đang gửi; hãy thử lại.");
  $("progress").hidden = false;
  button.disabled = true;
  request.send(file);

  function say(words) {
    $("fault").textContent = words;
    $("fault").hidden = false;
    $("progress").hidden = true;
    button.disabled = false;
  }
});

function reason(text) {
  try {
    const problem = JSON.parse(text);
    return problem.detail || problem.title;
  } catch {
    return "Không gửi được tệp.";
  }
}

if (document.querySelector("[data-busy]") && !$("file").files.length) setTimeout(() => { if (!$("file").files.length) location.reload(); }, 3000);
