using System.Text.Json.Serialization;

namespace Assay.Client.Runs;

/// <summary>What a setting holds.</summary>
public enum SettingKind
{
    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>A number.</summary>
    Real,

    /// <summary>On or off.</summary>
    Switch,

    /// <summary>One of a few words.</summary>
    Choice,

    /// <summary>Free text.</summary>
    Text,
}

/// <summary>One setting of a run, as pages, help and the API describe it.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Group">Method, Learning, Adapter, Data, Evaluation, Saving or Computing.</param>
/// <param name="Label">Its name for people.</param>
/// <param name="Meaning">What it does, in one line.</param>
/// <param name="Least">Smallest legal number, or shortest text.</param>
/// <param name="Most">Largest legal number, or longest text.</param>
/// <param name="Choices">Legal words of a choice.</param>
/// <param name="Optional">Whether it may be absent.</param>
public sealed record RunSetting(string Name, string Group, string Label, SettingKind Kind, string Meaning, double? Least = null, double? Most = null,
    IReadOnlyList<string>? Choices = null, bool Optional = false)
{
    /// <summary>Its value: a double for numbers, a bool, or a string; null when it is absent.</summary>
    [JsonIgnore]
    public Func<RunSettings, object?> Read { get; init; } = _ => null;

    /// <summary>The settings with another value of the same kind; null only where it is optional.</summary>
    [JsonIgnore]
    public Func<RunSettings, object?, RunSettings> With { get; init; } = (settings, _) => settings;
}
