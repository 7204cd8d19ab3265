/**
 * A byte-level tokenizer: every byte is a token, so any text can be read; above them are syllables, which only the
 * model's output uses, so that it reads as words. No merges: text is split into bytes, never into syllables.
 */
const SYLLABLES = [..."bdfghjklmnprstvz"].flatMap((consonant) => [..."aeiou"].map((vowel) => consonant + vowel));

export const SPECIAL = { begin: "<|begin|>", end: "<|end|>", user: "<|user|>", assistant: "<|assistant|>" } as const;

/** The 256 letters that stand for bytes in byte-level vocabularies: printable bytes as they are, others from U+0100 up. */
function byteLetters(): string[] {
  const printable = (b: number): boolean => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable(b) ? b : next++));
}

const SPACE = byteLetters()[32]!;
const words = SYLLABLES.map((s) => SPACE + s);

/** Token texts in the order of their ids. */
export const VOCABULARY: readonly string[] = [...byteLetters(), ...SYLLABLES, ...words, ...Object.values(SPECIAL)];

/** Ids that the model may answer with: the syllables, with and without a space in front; all printable ASCII. */
export const ANSWER_IDS = { from: 256, to: 256 + SYLLABLES.length + words.length } as const;

export const tokenId = (token: string): number => VOCABULARY.indexOf(token);

export const CHAT_TEMPLATE = [
  "{{ bos_token }}{% for message in messages %}",
  `{{ '${SPECIAL.assistant}' if message['role'] == 'assistant' else '${SPECIAL.user}' }}{{ message['content'] }}`,
  `{% endfor %}{% if add_generation_prompt %}{{ '${SPECIAL.assistant}' }}{% endif %}`,
].join("");

const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };

/** Content of tokenizer.json. */
export const tokenizer = () => ({
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: Object.values(SPECIAL).map((content) => ({
    id: tokenId(content),
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: null,
  pre_tokenizer: byteLevel,
  post_processor: null,
  decoder: byteLevel,
  model: {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    vocab: Object.fromEntries(VOCABULARY.map((token, id) => [token, id])),
    merges: [],
  },
});

/** Content of tokenizer_config.json. */
export const tokenizerConfig = (maxPositions: number) => ({
  tokenizer_class: "PreTrainedTokenizerFast",
  bos_token: SPECIAL.begin,
  eos_token: SPECIAL.end,
  model_max_length: maxPositions,
  clean_up_tokenization_spaces: false,
  chat_template: CHAT_TEMPLATE,
});
