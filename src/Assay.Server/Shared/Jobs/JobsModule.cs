namespace Assay.Server.Shared.Jobs;

internal static class JobsModule
{
    public static void AddJobs(this WebApplicationBuilder builder) => builder.Services.AddSingleton<JobQueue>();
}
