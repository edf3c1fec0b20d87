namespace Assay.Server.Shared.Layout;

/// <summary>The pages: static where nothing moves, a circuit where something does.</summary>
internal static class PagesModule
{
    public static void AddPages(this WebApplicationBuilder builder) => builder.Services.AddRazorComponents().AddInteractiveServerComponents();

    public static void MapPages(this WebApplication app) => app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
}
