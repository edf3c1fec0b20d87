using Microsoft.Playwright;

namespace Assay.Browser.Tests;

/// <summary>What can be measured of WCAG 2.2 AA on a shown page: names of fields, contrast of text, order of headings, unique ids.</summary>
public static class Accessibility
{
    private const string Script = """
        () => {
          const problems = [];
          for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea, button')) {
            const named = field.labels?.length || field.textContent.trim() || field.ariaLabel || field.getAttribute('aria-labelledby');
            if (!named && field.checkVisibility()) problems.push(`without a name: ${field.outerHTML.slice(0, 120)}`);
          }

          const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const read = css => {
            pixel.clearRect(0, 0, 1, 1);
            pixel.fillStyle = css;
            pixel.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
            return [r, g, b, a / 255];
          };
          const over = (top, ground) => [0, 1, 2].map(i => top[i] * top[3] + ground[i] * (1 - top[3]));
          const luminance = colour => colour.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const groundOf = element => {
            const layers = [];
            for (let at = element; at; at = at.parentElement) layers.unshift(read(getComputedStyle(at).backgroundColor));
            return layers.reduce((ground, layer) => over(layer, ground), [255, 255, 255]);
          };
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (texts.nextNode()) {
            const element = texts.currentNode.parentElement;
            if (!texts.currentNode.textContent.trim() || !element.checkVisibility() || element.closest('svg, script, style, :disabled')) continue;
            const ground = groundOf(element);
            const [a, b] = [luminance(over(read(getComputedStyle(element).color), ground)), luminance(ground)];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) problems.push(`contrast ${ratio.toFixed(2)}: ${texts.currentNode.textContent.trim().slice(0, 60)}`);
          }

          const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
          problems.push(...ids.filter((id, at) => ids.indexOf(id) !== at).map(id => `id twice: ${id}`));
          const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map(heading => Number(heading.tagName[1]));
          if (levels.filter(level => level === 1).length !== 1) problems.push('not exactly one h1');
          levels.forEach((level, at) => { if (at > 0 && level > levels[at - 1] + 1) problems.push(`heading ${at} jumps to level ${level}`); });
          return problems;
        }
        """;

    public static async Task<IReadOnlyList<string>> FindProblemsAsync(IPage page) => await page.EvaluateAsync<string[]>(Script);
}
