// A small club, as the screenshots show it.

const SPAR = `---
tags: [woodwork, boats]
license: CC-BY-4.0
---

# Planing a spar by hand

A new yard for the dinghy took two weekends, one borrowed drawknife and more sandpaper than anybody had planned for.

## Choosing the timber

Sitka spruce if you can get it, Douglas fir if you can't. Look along the grain for **run-out**: where the lines leave the edge, the spar will break.

> [!TIP]
> Ask the mill for an offcut. A four-metre length with a bad end is cheaper than three good metres.

## Marking it out

The taper goes from 60 mm at the mast to 38 mm at the tip.

| Station | Width | Eight-sided |
|--------:|------:|------------:|
| 0 m     | 60 mm | 17.6 mm     |
| 1 m     | 54 mm | 15.8 mm     |
| 2 m     | 46 mm | 13.5 mm     |
| 3 m     | 38 mm | 11.1 mm     |

\`\`\`python
def eight_sided(width):
    """How much to take off each corner, in millimetres."""
    return width * (1 - 2 ** -0.5) / 1  # from square to octagon
\`\`\`

## Planing it down

- [x] Square to taper
- [x] Eight sides
- [ ] Sixteen sides
- [ ] Round, and varnished

Keep the plane sharp. See [[The boat shed in winter]] for where the good light is.
`;

const SHED = `---
tags: [boats]
---

# The boat shed in winter

Between November and March the shed is ours. The stove is lit on Saturdays from ten.

## Who has a key

Ada, Jun and the harbour office.

## What is under way

The new yard: [[Planing a spar by hand]]. The pram's bottom boards. Bring gloves.
`;

const TIDES = `---
tags: [navigation, woodwork]
---

# Reading the tide table without tears

Chart datum, springs and neaps, and why the book is an hour off all summer.

## The rule of twelfths

In the first hour the tide rises by one twelfth of its range, then two, three, three, two and one.

\`\`\`js
const TWELFTHS = [1, 2, 3, 3, 2, 1];
const height = (low, range, hour) => low + (range / 12) * TWELFTHS.slice(0, hour).reduce((a, b) => a + b, 0);
\`\`\`

## When it lies

Wind, pressure and a narrow harbour mouth. A millibar is a centimetre.
`;

export const CLUB = [
  { handle: 'ada', name: 'Ada Brandt', picture: true, documents: { 'README.md': '# Ada Brandt\n\nI build small boats, slowly, and write down what went wrong.\n', 'The boat shed in winter.md': SHED, 'Planing a spar by hand.md': SPAR } },
  { handle: 'jun', name: 'Jun Okada', picture: false, documents: { 'README.md': '---\npagefind: false\n---\n\n# Jun\n\nZymurgy, tides, charts and a little programming. Ask me about the old harbour survey.\n', 'tides.md': TIDES } },
  { handle: 'noor', name: 'Noor el-Amin', picture: true, documents: { 'مرحبا.md': '---\nlang: ar\ntags: [library]\n---\n\n# مكتبة النادي\n\nكتب عن البحر والملاحة، مرتبة على الرف الثالث.\n' } },
];
