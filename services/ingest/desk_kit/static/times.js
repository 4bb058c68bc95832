// Times as the house prints them: Vietnam's, whatever the browser's zone and language are.

const parts = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Ho_Chi_Minh", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
});
const of = (date) => Object.fromEntries(parts.formatToParts(date).map(({ type, value }) => [type, value]));

// "17:59".
export function clock(date) {
  const { hour, minute } = of(date);
  return `${hour}:${minute}`;
}

// "17:59" today, else "17:59, 09/01/2023".
export function when(date) {
  const { year, month, day } = of(date);
  const now = of(new Date());
  const isToday = `${year}${month}${day}` === `${now.year}${now.month}${now.day}`;
  return isToday ? clock(date) : `${clock(date)}, ${day}/${month}/${year}`;
}

// How long ago each <time data-age> inside was: "vừa xong", "12 phút", "3 giờ", "2 ngày".
export function ages(inside) {
  for (const one of inside.querySelectorAll("time[data-age]")) {
    const minutes = Math.floor((Date.now() - Date.parse(one.dateTime)) / 60_000);
    const short = minutes > 0 ? `${minutes} phút` : "vừa xong";
    const long = minutes < 2880 ? `${Math.floor(minutes / 60)} giờ` : `${Math.floor(minutes / 1440)} ngày`;
    const words = minutes < 60 ? short : long;
    if (one.textContent !== words) one.textContent = words;
  }
}
