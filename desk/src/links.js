// Addresses as people copy them, without the houses that they passed on the way and without what those wrote behind them.

// Who leads on, and in which parameter the address stands.
const LEADS = [
  [/(^|\.)google\.[a-z.]{2,6}$/, /^\/url$/, ["q", "url"]],
  [/^(l|lm|m|www)\.facebook\.com$/, /^\/(l|flx\/warn\/)/, ["u"]],
  [/^l\.(instagram|messenger|threads)\.(com|net)$/, /^\/$/, ["u"]],
  [/(^|\.)youtube\.com$/, /^\/redirect$/, ["q"]],
  [/(^|\.)zalo(app)?\.(me|vn|com)$/, /./, ["u", "url", "link", "continue"]],
  [/\.safelinks\.protection\.outlook\.com$/, /./, ["url"]],
  [/(^|\.)coccoc\.com$/, /./, ["url"]],
];
const MARKS = /^(utm_[a-z]+|fbclid|gclid|dclid|msclkid|zarsrc|zanpid|mc_[ce]id|igshid|_ga|gidzl)$/;
// A lead that leads to a lead, and no further.
const STEPS = 3;

export function cleanLink(address) {
  let url;
  try { url = new URL(address); } catch { return address; }
  let isChanged = false;
  for (let step = 0; step < STEPS; step += 1) {
    const lead = LEADS.find(([host, path]) => host.test(url.hostname) && path.test(url.pathname));
    const to = lead?.[2].map((name) => url.searchParams.get(name)).find((one) => /^https?:\/\//i.test(one ?? ""));
    if (!to) break;
    try { url = new URL(to); } catch { return address; }
    isChanged = true;
  }
  const marks = /^https?:$/.test(url.protocol) ? [...new Set(url.searchParams.keys())].filter((name) => MARKS.test(name)) : [];
  for (const name of marks) url.searchParams.delete(name);
  return isChanged || marks.length ? url.href : address;
}
