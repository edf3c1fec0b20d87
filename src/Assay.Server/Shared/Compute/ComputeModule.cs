namespace Assay.Server.Shared.Compute;

internal static class ComputeModule
{
    public static void AddCompute(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ComputeOptions>().BindConfiguration("Compute").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<WorkerSecret>();
        builder.Services.AddSingleton<InferenceQueue>();
        builder.Services.AddSingleton<JobFailures>();
        builder.Services.AddSingleton<ComputeHost>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ComputeHost>());
    }
}
