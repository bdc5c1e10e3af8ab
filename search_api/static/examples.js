// Needs to begin with. Each is searched as it stands, in its own language.

export const EXAMPLES = {
  it: [
    'Prevedere la porosità nei getti pressofusi in alluminio',
    'Rigenerare le sabbie esauste di fonderia',
    'Sbavatura robotizzata di getti in ghisa',
    'Idrogeno nei forni di trattamento termico',
  ],
  en: [
    'Replace hard chrome plating on hydraulic rods',
    'Robots that pick unsorted parts from a bin',
    'Sort aluminium scrap by alloy',
    'Cut the energy lost in compressed air',
  ],
};
