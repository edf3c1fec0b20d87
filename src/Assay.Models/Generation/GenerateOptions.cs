namespace Assay.Models.Generation;

/// <summary>How a reply is drawn.</summary>
public sealed record GenerateOptions
{
    /// <summary>Most new tokens, 1 or more; the model's context may end the reply earlier.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Divides the logits; 0 always takes the most likely token.</summary>
    public double Temperature { get; init; } = 0.7;

    /// <summary>Only the so many most likely tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the smallest set of tokens that reaches this probability; 1 keeps all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens at least so likely relative to the most likely one; 0 keeps all.</summary>
    public double MinP { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens that occurred already, prompt included; 1 does nothing. Keskar et al. 2019, arXiv:1909.05858 §4.1.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from a logit once per earlier occurrence in the reply.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Subtracted from a logit once when the token occurred in the reply.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Same seed, prompt and model, same reply.</summary>
    public ulong Seed { get; init; }

    /// <summary>Texts that end the reply; they are never part of it.</summary>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>Go on past end tokens.</summary>
    public bool IgnoreEnd { get; init; }

    /// <summary>Recompute everything at each token where the rotary table depends on the length, instead of keeping cached keys.</summary>
    public bool ExactRope { get; init; }

    /// <summary>How many of the most likely tokens to report beside each drawn one, 0 to 20.</summary>
    public int TopLogProbabilities { get; init; }

    /// <summary>Longest time for the reply, or null.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message gives both.</exception>
    public void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(TopK, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(TopLogProbabilities, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TopLogProbabilities, 20);
        if (!(Temperature is >= 0 and <= 100) || TopP is not (> 0 and <= 1) || MinP is not (>= 0 and <= 1) || RepetitionPenalty is not (> 0 and <= 100)
            || !double.IsFinite(FrequencyPenalty) || !double.IsFinite(PresencePenalty) || StopTexts.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentOutOfRangeException(
                nameof(GenerateOptions),
                this,
                "Temperature must be in [0, 100], TopP in (0, 1], MinP in [0, 1], RepetitionPenalty in (0, 100], the other penalties finite, stop texts not empty.");
        }
    }
}
