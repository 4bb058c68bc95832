// What is put into a text as a whole is taken back by itself, however soon something else followed.

import { closeHistory } from "@tiptap/pm/history";

// For a chain of commands: `chain().command(alone)…`.
export const alone = ({ tr }) => Boolean(closeHistory(tr));
