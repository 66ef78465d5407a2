const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
// East Asian wide and full-width forms, and what terminals draw as a picture.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const isPlain = /^[\x20-\x7e]*$/;

/** Columns that a terminal needs for a text without control characters. */
export function textWidth(text: string): number {
  if (isPlain.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}
