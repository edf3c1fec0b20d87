namespace Assay.Server.Attribution;

/// <summary>Traces answers back to contributions.</summary>
internal static class AttributionModule
{
    public static void AddAttribution(this WebApplicationBuilder builder) => builder.Services.AddSingleton<TraceAnswers>();
}
