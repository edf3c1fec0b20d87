namespace Assay.Models.Families;

/// <summary>Which layers see only a sliding window.</summary>
internal static class LayerWindows
{
    /// <summary>Window of each layer in positions, or null for full attention.</summary>
    /// <param name="fields">For refusals.</param>
    /// <param name="layers">Number of layers.</param>
    /// <param name="window">The configured window, or null when windows are off.</param>
    /// <param name="types"><c>layer_types</c>, or null.</param>
    /// <param name="slides">Which layers slide when there is no list.</param>
    public static int?[] Read(ConfigFields fields, int layers, int? window, IReadOnlyList<string>? types, Func<int, bool> slides)
    {
        fields.Require("sliding_window", window is null or >= 1, "it must be positive");
        if (types is null)
        {
            return [.. Enumerable.Range(0, layers).Select(layer => slides(layer) ? window : null)];
        }

        fields.Require("layer_types", types.Count == layers, $"it must have num_hidden_layers = {layers} entries");
        fields.Require("layer_types", types.All(type => type is "full_attention" or "sliding_attention"), "only full_attention and sliding_attention are known");
        fields.Require("layer_types", window is not null || types.All(type => type is "full_attention"), "it names sliding layers, but sliding windows are off");
        return [.. types.Select(type => type is "sliding_attention" ? window : null)];
    }

    /// <summary>The same for Qwen, where <c>use_sliding_window</c> turns windows on.</summary>
    /// <param name="slides">Which layers slide when there is no list; null where versions of the published code disagree about it, so that a list is needed.</param>
    public static int?[] Optional(ConfigFields fields, int layers, bool on, int? window, IReadOnlyList<string>? types, Func<int, bool>? slides)
    {
        fields.Require("sliding_window", !on || window is not null, "use_sliding_window asks for one");
        fields.Require("use_sliding_window", !on || types is not null || slides is not null, "without layer_types, versions of the published code disagree about which layers slide");
        return Read(fields, layers, on ? window : null, types, slides ?? (_ => false));
    }
}
