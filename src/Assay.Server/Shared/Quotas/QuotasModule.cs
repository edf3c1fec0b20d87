namespace Assay.Server.Shared.Quotas;

internal static class QuotasModule
{
    public static void AddQuotas(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<QuotaOptions>().BindConfiguration("Quotas").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<UtcDay>();
        builder.Services.AddSingleton<QuotaLedger>();
    }
}
