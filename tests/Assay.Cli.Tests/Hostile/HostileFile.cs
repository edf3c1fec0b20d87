namespace Assay.Cli.Tests.Hostile;

/// <summary>A hostile or odd file and what must become of it.</summary>
/// <param name="What">What is wrong with it, in a few words; unique with the name.</param>
/// <param name="FileName">As an attacker would name it.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Rule">The rule whose score of 0 rejects it; <c>gate</c> when it is not even received; empty when it is odd and yet readable.</param>
/// <param name="Says">Part of the finding's words.</param>
internal sealed record HostileFile(string What, string FileName, byte[] Content, string Rule, string Says);
