using Assay.Data.FileTypes;

namespace Assay.Data.Validation;

/// <summary>One thing a file is judged by. Deterministic: the same bytes and version give the same finding on any machine.</summary>
public interface IValidationRule
{
    /// <summary>Name of the rule in findings and the ledger; never changes.</summary>
    string Id { get; }

    /// <summary>Raised whenever the same file could get another score.</summary>
    int Version { get; }

    /// <summary>Share in the sum; the weights of a kind sum to 100.</summary>
    int Weight { get; }

    /// <summary>What score 0 does.</summary>
    OnZero OnZero { get; }

    /// <summary>What a contributor can do about a low score.</summary>
    string Fix { get; }

    /// <summary>Whether files of this kind are judged by the rule.</summary>
    bool AppliesTo(DatanetKind kind);

    /// <summary>Judges one file. Never throws because of its content.</summary>
    ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel);
}
