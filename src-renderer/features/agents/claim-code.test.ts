import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readClaimInput } from './claim-code';

const CODE = { state: 'ready', form: 'code', value: 'MMA-A7B2-C3D4' };

describe('reading a claim code', () => {
  it.each([
    'MMA-A7B2-C3D4',
    'mma-a7b2-c3d4',
    '  MMA A7B2 C3D4 ',
    'MMAA7B2C3D4',
    'A7B2-C3D4',
    'a7b2c3d4',
    'MMA–A7B2—C3D4',
    'MMA\u2011A7B2\u2212C3D4',
    'M M A - A 7 B 2 - C 3 D 4',
    'MMA-A7\u200BB2-C3D4',
    'ＭＭＡ－Ａ７Ｂ２－Ｃ３Ｄ４',
    'Enter code: MMA-A7B2-C3D4',
    'http://127.0.0.1:7423/claim?code=MMA-A7B2-C3D4',
  ])('takes %j', (typed) => {
    expect(readClaimInput(typed)).toEqual(CODE);
  });

  it('says how many characters are there and how many are needed', () => {
    expect(readClaimInput('MMA-A7B2')).toEqual({ state: 'incomplete', have: 4, need: 8 });
    expect(readClaimInput('MMA')).toEqual({ state: 'incomplete', have: 0, need: 8 });
    expect(readClaimInput('MMA-A7B2-C3D4-E')).toEqual({ state: 'too_long', have: 9, need: 8 });
  });

  it('takes eight characters that happen to begin with MMA as a code without its prefix', () => {
    expect(readClaimInput('MMAA7B2C')).toEqual({ state: 'ready', form: 'code', value: 'MMA-MMAA-7B2C' });
  });

  it('tells nothing typed from something unreadable', () => {
    expect(readClaimInput(' \t\u200B')).toEqual({ state: 'empty' });
    expect(readClaimInput('my agent!')).toEqual({ state: 'unreadable' });
    expect(readClaimInput('ct_!!')).toEqual({ state: 'unreadable' });
  });

  it('gives back the same code from whatever dashes, spaces and case stand around its characters', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...'ABCDEFGHJKMNPQRSTVWXYZ23456789'.split('')),
      minLength: 8,
      maxLength: 8,
    });
    const noise = fc.constantFrom('', ' ', '-', '–', '—', '\u2011', '\u00A0', '\u200D');
    fc.assert(
      fc.property(
        letters,
        fc.array(noise, { minLength: 8, maxLength: 8 }),
        fc.boolean(),
        (code, gaps, lower) => {
          const typed = `MMA${code
            .split('')
            .map((letter, index) => `${gaps[index]}${letter}`)
            .join('')}`;
          expect(readClaimInput(lower ? typed.toLowerCase() : typed)).toEqual({
            state: 'ready',
            form: 'code',
            value: `MMA-${code.slice(0, 4)}-${code.slice(4)}`,
          });
        },
      ),
    );
  });

  it('never throws and never hands on more than the contract takes', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3_000, unit: 'binary' }), (typed) => {
        const read = readClaimInput(typed);
        expect(read.state === 'ready' ? read.value.length : 0).toBeLessThanOrEqual(100);
      }),
    );
  });
});

describe('reading a claim token', () => {
  it('keeps case and dashes, and forgives line breaks and the case of its prefix', () => {
    const token = { state: 'ready', form: 'token', value: 'ct_aB-9_xYz0' };
    expect(readClaimInput(' ct_aB-9_xYz0\n')).toEqual(token);
    expect(readClaimInput('CT_aB-9_\n xYz0')).toEqual(token);
    expect(readClaimInput('claim_token: "ct_aB-9_xYz0"')).toEqual(token);
  });

  it('refuses one beyond the bound and says the bound', () => {
    expect(readClaimInput(`ct_${'a'.repeat(98)}`)).toEqual({ state: 'too_long', have: 101, need: 100 });
  });
});
