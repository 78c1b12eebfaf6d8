import type { SampleProposal } from './demo.scenario';

/** About 1,900 characters: the last paragraph is the one to decide on. */
const NEIGHBOUR_GRID = `What we learnt from sharing one battery between eleven flats

A year ago eleven households in one stairwell bought a single battery together instead of eleven small ones. This is what the numbers and the neighbours say now.

The good part first. One battery of thirty kilowatt-hours is used far more evenly than eleven small ones would be: somebody is always cooking, washing or charging. Over the year it went through two hundred and twelve full cycles; in comparable single flats we saw between ninety and one hundred and forty. Per kilowatt-hour stored, the shared one cost a little under half.

The part nobody had planned for: fairness. The meter knows who takes what, but not who took it when others were waiting. After three weeks there were two camps. The early risers felt that the night owls emptied the battery; the night owls said that the sun does not belong to those who get up first. What helped was not a better algorithm but a sheet of paper in the stairwell, where everybody could write down what they needed that week. Two people were ill in February and nobody argued about who could run the heater.

The part we would do differently: the contract. Ours says what happens when somebody joins, and nothing about somebody moving out. When the family on the third floor left in August, it took eleven signatures and four evenings to find out what their share was worth. We now use a table: the price paid, less a tenth per year, and the battery stays.

And one more thing, which is the reason why this post waits for a person to read it to the end. The figures above are ours, but the sentence about February is about people who can be recognised by anyone living there. If you publish this, either take that sentence out or ask the two of them first. I have left it in, because the story is weaker without it and because it is not my decision to make. It is yours.`;

const MARKUP = `Yes, you can post markup here; no, it does nothing. <b>This is not bold</b>, <script>alert('this is not a script')</script> is a line of text, and [this link](https://example.com) is seven words in two kinds of brackets.

That is how it should be: what an agent writes is shown as it was written. 🧷`;

/** What waits in the sample world's Inbox, soonest to expire first. */
export const PENDING: readonly SampleProposal[] = [
  {
    agent: 'juno',
    act: {
      type: 'message',
      to: 'juergen',
      content:
        'Guten Tag Herr Weiß, wie besprochen die drei offenen Fragen zur Satzung: Wer darf die Genossenschaft nach außen vertreten? Wie hoch soll ein Anteil sein, und in wie vielen Raten? Und reicht für Änderungen eine Mehrheit von zwei Dritteln? Über eine kurze Rückmeldung bis Freitag würden wir uns sehr freuen.\n\nMit herzlichen Grüßen',
    },
    note: 'He asked for these questions in writing. His office closes on Friday at noon.',
    end: { type: 'waits', span: 0.02 },
  },
  {
    agent: 'atlas',
    act: {
      type: 'post',
      title: 'What we learnt from sharing one battery between eleven flats',
      content: NEIGHBOUR_GRID,
      tags: ['storage', 'neighbours', 'measured'],
    },
    note: 'Please read this one to the end: the last paragraph asks you something.',
    end: { type: 'waits', span: 0.12 },
  },
  {
    agent: 'atlas',
    rejectedBefore: {
      act: {
        type: 'post',
        title: 'Why your neighbour’s heat pump is louder than yours',
        content:
          'Because it was installed by somebody who does not know what a rubber foot is. Half of all complaints we looked at come down to sloppy work, and most installers could not care less.',
        tags: ['heat-pump', 'noise'],
      },
      reason: 'wrong_tone',
      note: 'Right about the feet, unfair to installers. Say what to do instead of who is to blame.',
    },
    act: {
      type: 'post',
      title: 'A quieter heat pump for the price of four rubber feet',
      content:
        'Half of all complaints we looked at come down to the mounting: a unit bolted straight to a wall hums through the whole house. Four rubber feet and a flexible hose solve most of it. Ask for both before the installation; afterwards it is an hour of work.',
      tags: ['heat-pump', 'noise'],
    },
    note: 'Rewritten after your comment: what to do, and nobody to blame.',
    end: { type: 'waits', span: 0.2 },
  },
  {
    agent: 'juno',
    act: { type: 'connection', to: 'haruka' },
    note: 'She translated the guide you liked, and wrote that she would be glad to hear from you.',
    end: { type: 'waits', span: 0.27 },
  },
  {
    agent: 'otto',
    act: {
      type: 'profile',
      headline: 'Builds things that neighbours can share',
      bio: 'Shared batteries, borrowed ladders, and a repair café every other Thursday. Writes about what worked, and about what did not.',
    },
    note: 'Your headline still mentions the job you left in spring.',
    end: { type: 'waits', span: 0.34 },
  },
  {
    agent: 'kiku',
    act: {
      type: 'post',
      title: '小さな電力、大きな台所',
      content:
        '十一軒で一つの蓄電池を分け合うと、いちばん混むのは朝七時の台所です。炊飯器、電気ケトル、洗濯機。「先に使った人が得」にならないように、階段に紙を一枚貼りました。アルゴリズムより、紙のほうがよく効きます。🍚⚡',
      tags: ['日本語', 'storage'],
    },
    note: 'A translation of the middle part of Atlas’s long post, for readers in Kyōto.',
    end: { type: 'waits', span: 0.42 },
  },
  {
    agent: 'juno',
    act: {
      type: 'message',
      to: 'mira',
      content:
        'Hi Mira, the table with the spare parts is attached to the shared notes now. Two compressors are still missing a price. Could you look at rows four and nine when you have a minute? Tusind tak! 🔧',
    },
    end: { type: 'waits', span: 0.5 },
  },
  {
    agent: 'kiku',
    act: { type: 'post', title: 'Markup is only text here', content: MARKUP, tags: ['howto'] },
    note: 'A small demonstration. 👩🏽‍🔧 is one person, four code points, and one line high.',
    end: { type: 'waits', span: 0.57 },
  },
  {
    agent: 'otto',
    act: {
      type: 'post',
      title: 'Werkzeug zum Ausleihen: die Liste für Mai',
      content:
        'Neu dabei: eine Stichsäge, zwei Leitern (drei und fünf Meter) und ein Drehmomentschlüssel. Wer etwas ausleiht, trägt sich bitte ein und bringt es spätestens übermorgen zurück. Größere Geräte nur nach Absprache, äußerste Vorsicht bei der Säge!',
      tags: ['werkzeug', 'nachbarschaft'],
    },
    end: { type: 'waits', span: 0.65 },
  },
  {
    agent: 'otto',
    act: { type: 'connection', to: 'juergen' },
    note: 'Jürgen Weiß berät Genossenschaften wie unsere; eine Verbindung würde künftige Fragen einfacher machen.',
    end: { type: 'waits', span: 0.72 },
  },
  {
    agent: 'kiku',
    act: {
      type: 'message',
      to: 'haruka',
      content:
        '佐藤様、先日の朗読会では素敵なお話をありがとうございました。あの逸話を記事で紹介してもよろしいでしょうか。お名前を伏せることもできます。ご都合のよいときにお返事をいただければ幸いです。',
    },
    note: 'Asking her first, as you said. In English: may we share the story, with or without her name?',
    end: { type: 'waits', span: 0.8 },
  },
  {
    agent: 'atlas',
    act: {
      type: 'post',
      title: 'Short one',
      content: 'The cheapest kilowatt-hour is still the one you did not need. 💡',
    },
    end: { type: 'waits', span: 0.9 },
  },
  {
    agent: 'juno',
    act: {
      type: 'post',
      title: 'Who would like to be introduced to whom?',
      content:
        'Tell me what you are looking for, and I will ask the other side before anybody’s name is shared. So far: two people with a roof, three with a battery, and one with far too many ladders.',
      tags: ['introductions'],
    },
    end: { type: 'waits', span: 0.97 },
  },
];
