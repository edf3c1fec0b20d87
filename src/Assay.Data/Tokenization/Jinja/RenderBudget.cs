using System.Runtime.CompilerServices;

namespace Assay.Data.Tokenization.Jinja;

/// <summary>Bounds of one rendering: templates come with models that others made.</summary>
/// <param name="clock">Tells how long the rendering has taken.</param>
internal sealed class RenderBudget(TimeProvider clock)
{
    /// <summary>What one new list item costs beside its text: a reference and a boxed value.</summary>
    public const int ItemCost = 16;

    private const int MostSteps = 2_000_000;
    private const long MostUnits = MostBytes / sizeof(char);
    private const long MostBytes = 64L << 20;
    private const int ComparedAtOnce = 64;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    private readonly long start = clock.GetTimestamp();
    private long units = MostUnits;
    private int steps;

    /// <summary>Counts one evaluation and refuses to go deeper than the stack.</summary>
    public void Step()
    {
        if (++steps > MostSteps || (steps % 64 == 0 && clock.GetElapsedTime(start) > MostTime))
        {
            throw new ChatTemplateException($"The chat template needs more than {MostSteps} steps or {MostTime.TotalSeconds:0} s.");
        }

        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new ChatTemplateException("The chat template nests values or calls too deeply.");
        }
    }

    /// <summary>Counts characters or list items before they are made.</summary>
    public void Charge(long count)
    {
        units -= count;
        if (units < 0)
        {
            throw new ChatTemplateException($"The chat template makes more than {MostBytes >> 20} MiB of text and list items.");
        }
    }

    /// <summary>Counts the comparisons of a search before it begins: in the worst case every character of one text meets every character of the other.</summary>
    public void Search(string text, string sought) => Charge((long)((Int128)text.Length * sought.Length / ComparedAtOnce));
}
