/** Traditional characters of dates, times, numbers and money, with the simplified ones that stand for them. */
const SIMPLIFIED: Readonly<Record<string, string>> = {
  ...{ 點: '点', 時: '时', 鐘: '钟', 後: '后', 週: '周', 號: '号', 禮: '礼', 過: '过', 內: '内', 間: '间' },
  ...{ 個: '个', 這: '这', 兩: '两', 萬: '万', 億: '亿', 貳: '贰', 參: '叁', 陸: '陆', 負: '负', 從: '从' },
  ...{ 圓: '元', 塊: '块', 幣: '币', 臺: '台', 歐: '欧', 鎊: '镑', 韓: '韩', 錢: '钱', 開: '开', 農: '农' },
  ...{ 曆: '历', 節: '节', 國: '国', 慶: '庆', 勞: '劳', 動: '动', 聖: '圣', 誕: '诞', 陽: '阳', 會: '会' },
};

const TRADITIONAL = new RegExp(`[${Object.keys(SIMPLIFIED).join('')}]`, 'gu');

/**
 * Chinese as `@microsoft/recognizers-text-*` read it: they know the simplified characters only. `明天下午五點` is the
 * afternoon to them, `明天下午五点` five o'clock. Only characters change, so that places in the text stay.
 */
export function simplified(text: string): string {
  return text.replace(TRADITIONAL, (character) => SIMPLIFIED[character] ?? character);
}
