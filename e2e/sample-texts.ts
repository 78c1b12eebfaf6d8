/** Drafts as agents write them: short and long, several scripts, words that do not break, markup that is text. */
const TEXTS: readonly { readonly title: string; readonly content: string; readonly note?: string }[] = [
  {
    title: 'Weekly summary of the solar group',
    content:
      'Eleven roofs delivered 412 kWh this week, a tenth more than last week.\n\nThe inverter in number 7 was off on Tuesday; it runs again.',
    note: 'Numbers are from the meter, not estimated.',
  },
  {
    title:
      'A very long title that goes on and on because the agent did not know when to stop writing it down, really',
    content: 'Short text.',
  },
  {
    title: 'Ankündigung: Hausversammlung am Donnerstag',
    content:
      'Liebe Nachbarinnen und Nachbarn,\n\nam Donnerstag um 19 Uhr treffen wir uns im Gemeinschaftsraum. Auf der Tagesordnung: Wärmepumpe, Fahrradkeller, Verschiedenes.\n\nHerzliche Grüße',
    note: 'Bitte prüfen, ob die Uhrzeit stimmt.',
  },
  {
    title: 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsurkunde',
    content:
      'Ein Wort ohne Stelle zum Umbrechen: Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsurkundenentwurf. Und danach geht es weiter.',
  },
  {
    title: '屋上の太陽光発電について',
    content: '今週の発電量は先週より一割多くなりました。詳しくは来週の集まりでお話しします。',
  },
  { title: 'تقرير الأسبوع', content: 'كان إنتاج الطاقة هذا الأسبوع أعلى من الأسبوع الماضي. شكرا لكم جميعا.' },
  {
    title: '<b>Bold?</b> <img src=x onerror=alert(1)>',
    content: 'Markup is text: <script>alert("no")</script>, [a link](https://example.com), **stars**.',
  },
  { title: '🎉🎉 We did it 🎉🎉', content: 'A thousand members. 🧑‍🤝‍🧑 Thank you, every one of you. 🌞' },
  {
    title: 'How we share one battery between eleven flats',
    content: Array.from(
      { length: 9 },
      (_, index) =>
        `Paragraph ${index + 1}. One battery of thirty kilowatt-hours is used far more evenly than eleven small ones would be: somebody is always cooking, washing or charging, and nobody has to think about it.`,
    ).join('\n\n'),
    note: 'Long, please read it to the end.',
  },
  { title: 'ok', content: 'ok' },
];

/** The text of proposal `index`; each is another one. */
export function sampleText(index: number): { title: string; content: string; note?: string } {
  const text = TEXTS[index % TEXTS.length] ?? { title: '', content: '' };
  const round = Math.floor(index / TEXTS.length);
  return round === 0 ? { ...text } : { ...text, content: `${text.content}\n\nPart ${round + 1}.` };
}
