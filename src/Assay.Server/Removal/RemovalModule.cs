namespace Assay.Server.Removal;

/// <summary>Files that are taken back, taken down or found dishonest: out of every later version and run, and erased.</summary>
internal static class RemovalModule
{
    public static void AddRemoval(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RemoveContribution>();
        builder.Services.AddSingleton<LifeLines>();
        builder.Services.AddSingleton<Erasure>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Erasure>());
    }

    public static void MapRemoval(this WebApplication app)
    {
        var group = app.MapGroup("/api/v1").WithTags("Removal");
        RemoveContribution.Map(group);
        LifeLines.Map(group);
    }
}
