namespace Assay.Server.ModelCatalog;

/// <summary>A base model in a folder of this machine, in Hugging Face layout.</summary>
/// <param name="Name">What runs and chats call it.</param>
/// <param name="Demonstration">The starter: it shows the way and is no useful assistant.</param>
internal sealed record BaseModel(string Name, string Folder, string Family, long Parameters, int Context, string Licence, bool Demonstration);
