namespace Assay.Client.Contributions;

/// <summary>A set of the operator's patterns of personal data that files were judged with.</summary>
/// <param name="Hash">SHA-256 of the set; reports of decisions name it.</param>
/// <param name="Since">Start of the first server that used it.</param>
/// <param name="InForce">Whether files are judged with it now.</param>
/// <param name="Patterns">In the order they are searched.</param>
public sealed record PatternSetView(string Hash, DateTimeOffset Since, bool InForce, IReadOnlyList<PatternView> Patterns);

/// <summary>One pattern.</summary>
/// <param name="Name">What findings call it; records show it as a mark.</param>
/// <param name="Pattern">.NET regular expression, run without backtracking.</param>
/// <param name="IgnoreCase">Whether capital and small letters are the same.</param>
/// <param name="UnderMask">What a find does where personal data is masked: count or reject.</param>
/// <param name="UnderRefuse">The same where it is refused.</param>
/// <param name="UnderAllow">The same where it is allowed.</param>
public sealed record PatternView(string Name, string Pattern, bool IgnoreCase, string UnderMask, string UnderRefuse, string UnderAllow);
