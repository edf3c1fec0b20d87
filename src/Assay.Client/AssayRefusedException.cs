namespace Assay.Client;

/// <summary>The server refused a call whose refusal the caller did not expect.</summary>
public sealed class AssayRefusedException(AssayProblem problem) : Exception($"{problem.Detail} ({problem.Status})")
{
    /// <summary>What the server said.</summary>
    public AssayProblem Problem { get; } = problem;
}
