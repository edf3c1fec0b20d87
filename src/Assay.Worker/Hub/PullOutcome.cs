namespace Assay.Worker.Hub;

/// <summary>A folder that holds a whole, checked model.</summary>
/// <param name="Manifest">What it holds.</param>
/// <param name="Fetched">Files whose content was fetched by this pull.</param>
/// <param name="Offline">Whether the network was not used at all.</param>
internal sealed record PullOutcome(PullManifest Manifest, int Fetched, bool Offline);
