namespace Assay.Cli;

/// <summary>What the process returns, the same for every verb.</summary>
internal static class ExitCodes
{
    /// <summary>Done, and the answer is yes.</summary>
    public const int Good = 0;

    /// <summary>Done, and the answer is no.</summary>
    public const int Bad = 1;

    /// <summary>Wrong usage, or something needed could not be read.</summary>
    public const int CouldNotRun = 2;
}
