using System.Runtime.CompilerServices;

namespace Assay.Data.Tokenization.Jinja;

/// <summary>Bounds of one rendering: templates come with models that others made.</summary>
internal sealed class RenderBudget
{
    /// <summary>What one new list item costs beside its text: a reference and a boxed value.</summary>
    public const int ItemCost = 16;

    private const int MostSteps = 2_000_000;
    private const long MostUnits = 64L << 20;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    private readonly long deadline = Environment.TickCount64 + (long)MostTime.TotalMilliseconds;
    private long units = MostUnits;
    private int steps;

    /// <summary>Counts one evaluation and refuses to go deeper than the stack.</summary>
    public void Step()
    {
        if (++steps > MostSteps || (steps % 64 == 0 && Environment.TickCount64 > deadline))
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
            throw new ChatTemplateException($"The chat template makes more than {MostUnits} characters of text and list items.");
        }
    }
}
