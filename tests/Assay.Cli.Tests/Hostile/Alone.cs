namespace Assay.Cli.Tests.Hostile;

/// <summary>Tests that change the environment of this process: programs that other tests start would inherit it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
